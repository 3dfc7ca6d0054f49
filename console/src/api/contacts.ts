import * as z from 'zod/mini';
import { request, requestNothing } from './request.ts';

const contactSchema = z.object({
  id: z.string(),
  party: z.string(),
  name: z.string(),
  channel: z.union([
    z.object({ kind: z.literal('webhook'), url: z.string() }),
    z.object({ kind: z.literal('email'), to: z.union([z.string(), z.array(z.string())]) }),
  ]),
  afterMs: z.int(),
});
/** Somebody who is told of recalls that concern a party; later than at once where the party has not answered by then. */
export type Contact = z.infer<typeof contactSchema>;

export async function fetchContacts(signal: AbortSignal): Promise<readonly Contact[]> {
  return (await request('/api/contacts', z.object({ contacts: z.array(contactSchema) }), { signal })).contacts;
}

export type NewContact = Omit<Contact, 'id'>;

/** Adds a contact. A webhook gets a secret, which is shown this once. */
export async function addContact(contact: NewContact): Promise<string | null> {
  const schema = z.object({ id: z.string(), secret: z.nullable(z.string()) });
  return (await request('/api/contacts', schema, { method: 'POST', json: contact })).secret;
}

export function removeContact(id: string): Promise<void> {
  return requestNothing(`/api/contacts/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
