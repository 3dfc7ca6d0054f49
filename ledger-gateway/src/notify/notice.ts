import { z } from 'zod';
import { notifyLimits } from './limits.ts';
import { webhookSecretSchema } from './webhook-secret.ts';

/** The webhook's id: no full stop, since the signed content is `{id}.{timestamp}.{payload}` (Standard Webhooks 1.0). */
export const noticeIdSchema = z.string().regex(/^[A-Za-z0-9_:-]{1,128}$/, 'letters, digits, _, : and -');

const emailAddressSchema = z.email().max(254);

/** Where a notice goes. Several secrets are for the time of their rotation: each makes a signature of its own. */
export const channelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webhook'),
    url: z.url({ protocol: /^https?$/ }).max(notifyLimits.maxUrlChars),
    secret: z.union([webhookSecretSchema, z.array(webhookSecretSchema).min(1).max(notifyLimits.maxSecretsPerNotice)]),
  }),
  z.strictObject({
    kind: z.literal('email'),
    to: z.union([emailAddressSchema, z.array(emailAddressSchema).min(1).max(notifyLimits.maxRecipients)]),
  }),
]);
export type NoticeChannel = z.infer<typeof channelSchema>;

/** One line: a line break would begin another header of the e-mail. */
const subjectSchema = z.string().regex(/^[^\r\n]{1,300}$/);

export const noticeSchema = z.strictObject({
  /** The same at each attempt, so that a receiver can tell a repetition; for e-mail it becomes the `Message-ID`. */
  id: noticeIdSchema,
  channel: channelSchema,
  /** What kind of event it tells of, parted by full stops: `recall.opened`. */
  type: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/),
  /** JSON that a webhook gets as its body (a CloudEvent); for e-mail it is attached where it is not null. */
  payload: z.unknown(),
  subject: subjectSchema.optional(),
  text: z.string().optional(),
  html: z.string().optional(),
  /** After it no attempt is made any more: the notice has failed. Milliseconds since 1970. */
  notAfterMs: z.int().min(0),
});
export interface Notice {
  readonly id: string;
  readonly channel: NoticeChannel;
  readonly type: string;
  readonly payload: unknown;
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly notAfterMs: number;
}

/** Why a notice will not be delivered. */
export const failureReasons = [
  /** All attempts of the schedule are used up. */
  'attempts-exhausted',
  /** `notAfterMs` came first. */
  'expired',
  /** The receiver answered 410, to this notice or to another one at the same URL. */
  'gone',
  /** The URL leads to an address of this machine or of a private network. */
  'address-refused',
  /** Plain HTTP to a public address. */
  'insecure',
  /** There is no SMTP server in the gateway's options. */
  'not-configured',
  /** The mail server refused it for good (SMTP 5yz). */
  'rejected',
  /** Its secrets do not open with this gateway's key: the file was lost or is another one. */
  'unreadable',
] as const;
export type FailureReason = (typeof failureReasons)[number];

/** The last attempt: when, the status of the answer (HTTP or SMTP) where there was one, and its words or the error's. */
export const attemptSchema = z.object({ atMs: z.int(), status: z.int().nullable(), answer: z.string() });
export type Attempt = z.infer<typeof attemptSchema>;

/** How a notice stands. `endedMs` is when it was delivered, failed or was cancelled. */
export const noticeStateSchema = z.object({
  state: z.enum(['queued', 'delivered', 'failed', 'cancelled']),
  attempts: z.int(),
  /** When the next attempt is due; `null` once the notice has ended. */
  nextMs: z.int().nullable(),
  endedMs: z.int().nullable(),
  reason: z.enum(failureReasons).nullable(),
  last: attemptSchema.nullable(),
});
export type NoticeState = z.infer<typeof noticeStateSchema>;
