import { Hono } from 'hono';
import { z } from 'zod';
import type { AppContext, AppEnv } from '../http/app-context.ts';
import { requires } from '../http/authenticate.ts';
import { readJson } from '../http/read-body.ts';
import { route } from '../http/route.ts';
import { addContact, contactSchema, newContactSchema, readContacts, removeContact } from './contacts.ts';
import { recallLimits } from './limits.ts';

/** Who is told of recalls, at whom, and in which order. */
export function contactRoutes(app: AppContext): Hono<AppEnv> {
  const { store, clock } = app;
  const tag = 'recalls';
  return new Hono<AppEnv>()
    .get(
      '/contacts',
      route({
        summary: 'Contacts for notices of recalls',
        tag,
        answer: z.object({ contacts: z.array(contactSchema) }),
      }),
      requires('recall'),
      async (c) => {
        // Parsing leaves the sealed secrets out.
        return c.json({ contacts: (await readContacts(store)).map((contact) => contactSchema.parse(contact)) });
      },
    )
    .post(
      '/contacts',
      route({
        summary: 'Add a contact of an organisation or of an outside party; a secret made here is shown once',
        tag,
        body: newContactSchema,
        answer: z.object({ id: z.string(), secret: z.string().nullable() }),
        status: 201,
      }),
      requires('recall'),
      async (c) => {
        const contact = await readJson(c, newContactSchema, recallLimits.maxBodyBytes);
        const entropy = { nowMs: clock.now(), randomBytes: app.randomBytes };
        const added = await addContact(store, app.recalls.box, contact, entropy);
        app.recalls.keeper.wake();
        return c.json(added, 201);
      },
    )
    .delete('/contacts/:id', route({ summary: 'Remove a contact', tag }), requires('recall'), async (c) => {
      await removeContact(store, c.req.param('id'), clock.now());
      return c.body(null, 204);
    });
}
