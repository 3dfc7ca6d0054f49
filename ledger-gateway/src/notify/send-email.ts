import { createTransport, type Transporter } from 'nodemailer';
import { z } from 'zod';
import { notifyLimits } from './limits.ts';
import type { Attempt } from './notice.ts';
import type { QueuedNotice } from './outbox.ts';
import type { Outcome } from './schedule.ts';
import { shownAnswer } from './shown-answer.ts';
import { untilAborted } from './until-aborted.ts';

export const smtpOptionsSchema = z.strictObject({
  /** `smtp://host:port` (STARTTLS where the server has it) or `smtps://user:password@host:port`. */
  url: z.url({ protocol: /^smtps?$/ }),
  /** Sender, an address with or without a name: `Hopline <recalls@example.com>`. */
  from: z.string().regex(/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/, 'an e-mail address'),
});
export type SmtpOptions = z.infer<typeof smtpOptionsSchema>;

/** One mail server, as notices are given to it. */
export interface Mailer {
  /** Makes one attempt. It never throws: what goes wrong is an outcome. */
  send(notice: QueuedNotice, atMs: number, signal: AbortSignal): Promise<Outcome>;
  close(): void;
}

/**
 * Connects to a mail server when there is something to send. Content never makes the library read files or fetch URLs.
 */
export function createMailer(options: SmtpOptions): Mailer {
  const timeoutMs = notifyLimits.deliveryTimeoutMs;
  const transport: Transporter = createTransport({
    url: options.url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^\s@>]+)>?$/.exec(options.from)?.[1] ?? 'localhost';
  return {
    async send(notice, atMs, signal) {
      try {
        const sent = await untilAborted(transport.sendMail(mailOf(notice, options.from, domain, atMs)), signal);
        // Some recipients may have been refused while others were not: who reads the notice's state shall see whom.
        const refused = (sent.rejected ?? []).length === 0 ? '' : `refused: ${sent.rejected?.join(', ')}; `;
        return { kind: 'delivered', attempt: { atMs, status: 250, answer: shownAnswer(refused + sent.response) } };
      } catch (error) {
        return judge(error, atMs);
      }
    },
    close: () => transport.close(),
  };
}

function mailOf(notice: QueuedNotice, from: string, domain: string, atMs: number) {
  return {
    from,
    to: [...notice.recipients],
    subject: notice.subject ?? notice.type,
    ...(notice.text !== null && { text: notice.text }),
    ...(notice.html !== null && { html: notice.html }),
    ...(notice.text === null && notice.html === null && { text: notice.body ?? '' }),
    ...(notice.body !== null && {
      attachments: [{ filename: 'notice.json', content: notice.body, contentType: 'application/json' }],
    }),
    date: new Date(atMs),
    // The same at each attempt: mail programs show a message once (RFC 5322 §3.6.4). Ids may hold colons, which it may not.
    messageId: `<${notice.id.replaceAll(':', '.')}@${domain}>`,
    // No automatic answers to it (RFC 3834 §5).
    headers: { 'auto-submitted': 'auto-generated' },
  };
}

/** 5yz is for good, anything else is tried again (RFC 5321 §4.2.1). */
function judge(error: unknown, atMs: number): Outcome {
  const { responseCode, code } = error as { responseCode?: number; code?: string };
  const status = responseCode ?? null;
  const answer = shownAnswer(error instanceof Error ? error.message : (code ?? 'the delivery failed'));
  const attempt: Attempt = { atMs, status, answer };
  // Wrong credentials are ours to mend, and the notice is not to be lost by them.
  const isForGood = status !== null && status >= 500 && code !== 'EAUTH';
  return isForGood ? { kind: 'final', reason: 'rejected', attempt } : { kind: 'retry', attempt, pause: null };
}
