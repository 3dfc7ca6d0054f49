import { createHmac, sign } from 'node:crypto';
import { parseWebhookSecret } from './webhook-secret.ts';

/**
 * The headers of a webhook by Standard Webhooks 1.0 ("Signature scheme", "Webhook headers"): each secret makes one
 * signature over `{id}.{timestamp}.{body}`, `v1` with a shared secret and `v1a` with a private key, in one list.
 *
 * @param atMs time of this attempt; the header has seconds
 * @throws RangeError for a secret of neither form
 */
export function webhookHeaders(
  id: string,
  atMs: number,
  body: string,
  secrets: readonly string[],
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const content = Buffer.from(`${id}.${timestamp}.${body}`);
  const signatures = secrets.map((secret) => signature(content, secret));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

function signature(content: Buffer, secret: string): string {
  const key = parseWebhookSecret(secret);
  if (key === null) throw new RangeError('not a webhook secret');
  return key.kind === 'hmac'
    ? `v1,${createHmac('sha256', key.bytes).update(content).digest('base64')}`
    : `v1a,${sign(null, content, key.key).toString('base64')}`;
}
