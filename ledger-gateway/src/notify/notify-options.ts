import { z } from 'zod';
import { smtpOptionsSchema } from './send-email.ts';

/** How notices leave a gateway. */
export const notifyOptionsSchema = z.strictObject({
  /** The mail server; without one, e-mails fail as `not-configured`, which is shown. */
  smtp: smtpOptionsSchema.optional(),
  /** Whether webhooks may go to this machine and to private networks, and there without TLS. For tests and closed networks. */
  allowPrivate: z.boolean().default(false),
  /** Certificates of authorities (PEM) to trust for webhooks, in place of those that Node brings. */
  caFile: z.string().min(1).optional(),
});
export type NotifyOptions = z.output<typeof notifyOptionsSchema>;
