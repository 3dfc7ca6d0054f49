import { glnSchema, mspIdSchema } from '@hopline/protocol';
import { z } from 'zod';
import { found, GatewayError } from '../gateway-error.ts';
import { channelSchema, type NoticeChannel } from '../notify/notice.ts';
import type { SecretBox } from '../notify/secret-box.ts';
import { newWebhookSecret } from '../notify/webhook-secret.ts';
import type { Queryable } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import { recallLimits } from './limits.ts';

const [webhookSchema, emailSchema] = channelSchema.options;

/** A party is an organisation of the channel (MSP id) or somebody outside it (GLN). */
export const partySchema = z.union([glnSchema, mspIdSchema]);

/** Somebody who is told of recalls that concern a party. */
export const newContactSchema = z.strictObject({
  party: partySchema,
  name: z.string().min(1).max(200),
  /** Without a secret of the caller's a webhook gets a new one, which is shown once. */
  channel: z.discriminatedUnion('kind', [webhookSchema.partial({ secret: true }), emailSchema]),
  /** 0 is told at once; others when the party has not acknowledged so long after. */
  afterMs: z.int().min(0).max(recallLimits.maxAnswerMs).default(0),
});
export type NewContact = z.infer<typeof newContactSchema>;

/** A contact as it is shown: without its secret. */
export const contactSchema = z.object({
  id: z.string(),
  party: z.string(),
  name: z.string(),
  channel: z.union([
    z.object({ kind: z.literal('webhook'), url: z.string() }),
    z.object({ kind: z.literal('email'), to: z.union([z.string(), z.array(z.string())]) }),
  ]),
  afterMs: z.int(),
  createdMs: z.int(),
});
export type Contact = z.infer<typeof contactSchema>;

/** As it is stored: secrets sealed, for the contact's id. */
const storedSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('webhook'), url: z.string(), sealed: z.array(z.string()) }),
  emailSchema,
]);

export interface StoredContact extends Contact {
  readonly stored: z.infer<typeof storedSchema>;
}

interface ContactRow extends Record<string, unknown> {
  readonly id: string;
  readonly party: string;
  readonly name: string;
  readonly channel: unknown;
  readonly after_ms: number;
  readonly created_ms: number;
}

/** Keeps a contact. Gives the secret that was made for it, `null` where the caller brought one or none is needed. */
export async function addContact(
  store: Store,
  box: SecretBox,
  contact: NewContact,
  { nowMs, randomBytes }: { nowMs: number; randomBytes: (length: number) => Uint8Array },
): Promise<{ id: string; secret: string | null }> {
  const id = Buffer.from(randomBytes(12)).toString('base64url');
  const { channel, party, name, afterMs } = contact;
  const made = channel.kind === 'webhook' && channel.secret === undefined ? newWebhookSecret(randomBytes) : null;
  const stored =
    channel.kind === 'email'
      ? channel
      : {
          kind: channel.kind,
          url: channel.url,
          sealed: [channel.secret ?? made ?? []].flat().map((secret) => box.seal(secret, purposeOf(id))),
        };
  await store.writeOwn(async (tx, put) => {
    const [count] = await tx.query<{ total: number; own: number }>(
      'select count(*) as total, count(*) filter (where party = $1) as own from contacts where removed_ms is null',
      [party],
    );
    if ((count?.total ?? 0) >= recallLimits.maxContacts || (count?.own ?? 0) >= recallLimits.maxContactsPerParty) {
      const { maxContacts, maxContactsPerParty } = recallLimits;
      throw new GatewayError('conflict', 'there are too many contacts', { party, maxContacts, maxContactsPerParty });
    }
    const row = { id, party, name, channel: stored, after_ms: afterMs, created_ms: nowMs, removed_ms: null };
    await put({ table: 'contacts', row });
  });
  return { id, secret: made };
}

/** Ends a contact: it gets no further notices. Throws `not-found`. */
export async function removeContact(store: Store, id: string, nowMs: number): Promise<void> {
  await store.writeOwn(async (tx, put) => {
    const [row] = await tx.query<ContactRow>('select * from contacts where id = $1 and removed_ms is null', [id]);
    await put({ table: 'contacts', row: { ...found(row, 'the contact', { id }), removed_ms: nowMs } });
  });
}

/** Contacts of these parties, or of all, by party and by when they are told. */
export async function readContacts(on: Queryable, parties?: readonly string[]): Promise<StoredContact[]> {
  const rows = await on.query<ContactRow>(
    `select id, party, name, channel, after_ms, created_ms from contacts
     where removed_ms is null and ($1::text[] is null or party = any($1::text[])) order by party, after_ms, id`,
    [parties ?? null],
  );
  return rows.map(({ id, party, name, channel, after_ms, created_ms }) => {
    const stored = storedSchema.parse(channel);
    return { id, party, name, channel: stored, afterMs: after_ms, createdMs: created_ms, stored };
  });
}

/** The channel with its secrets. Throws where they do not open with this gateway's key. */
export function openChannel(box: SecretBox, { id, stored }: StoredContact): NoticeChannel {
  if (stored.kind === 'email') return stored;
  return { kind: 'webhook', url: stored.url, secret: stored.sealed.map((sealed) => box.open(sealed, purposeOf(id))) };
}

function purposeOf(id: string): string {
  return `contact ${id}`;
}
