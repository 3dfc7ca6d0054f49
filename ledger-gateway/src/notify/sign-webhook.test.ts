import { createPublicKey, randomBytes, verify } from 'node:crypto';
import fc from 'fast-check';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { webhookHeaders } from './sign-webhook.ts';
import { newWebhookKeyPair, newWebhookSecret, parseWebhookSecret, webhookSecretSchema } from './webhook-secret.ts';

const seed = Number(process.env.HOPLINE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const body = '{"type":"recall.opened","lot":"Ä1"}';

/** RFC 8410 §4: what stands in front of the 32 bytes of an Ed25519 public key. */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

test('the reference library of the standard accepts what we sign, and nothing that was changed', () => {
  const secret = newWebhookSecret(randomBytes);
  const headers = webhookHeaders('recall:1', Date.now(), body, [secret]);
  expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow(WebhookVerificationError);
  expect(() => new Webhook(secret).verify(body, { ...headers, 'webhook-id': 'recall:2' })).toThrow(
    WebhookVerificationError,
  );
  expect(() => new Webhook(newWebhookSecret(randomBytes)).verify(body, headers)).toThrow(WebhookVerificationError);
});

test('any body and any id: what the reference library signs is what we sign', () => {
  console.info(`HOPLINE_SEED=${seed}`);
  const secretBytes = fc.uint8Array({ minLength: 24, maxLength: 64 });
  const id = fc.stringMatching(/^[A-Za-z0-9_:-]{1,128}$/);
  const atMs = fc.integer({ min: 0, max: 4_102_444_800_000 });
  fc.assert(
    fc.property(secretBytes, id, atMs, fc.string({ unit: 'grapheme' }), (bytes, name, time, text) => {
      const secret = `whsec_${Buffer.from(bytes).toString('base64')}`;
      const theirs = new Webhook(secret).sign(name, new Date(Math.floor(time / 1000) * 1000), text);
      expect(webhookHeaders(name, time, text, [secret])['webhook-signature']).toBe(theirs);
    }),
    { seed },
  );
});

test('the example secret of the reference library’s documentation signs as it says', () => {
  // The vector of the specification's libraries (standard-webhooks/standard-webhooks, libraries/javascript tests).
  const headers = webhookHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_000, '{"test": 2432232314}', [
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  ]);
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('while secrets rotate each makes a signature, and either verifies', () => {
  const [older, newer] = [newWebhookSecret(randomBytes), newWebhookSecret(randomBytes)];
  const headers = webhookHeaders('n1', Date.now(), body, [newer, older]);
  expect(headers['webhook-signature'].split(' ')).toHaveLength(2);
  expect(new Webhook(older).verify(body, headers)).toEqual(JSON.parse(body));
  expect(new Webhook(newer).verify(body, headers)).toEqual(JSON.parse(body));
});

test('a private key signs as v1a, for its public key', () => {
  const { secret, publicKey } = newWebhookKeyPair(randomBytes);
  expect(publicKey).toMatch(/^whpk_/);
  const headers = webhookHeaders('n1', 1_700_000_000_999, body, [secret]);
  const [version, signature = ''] = headers['webhook-signature'].split(',');
  expect(version).toBe('v1a');
  const key = createPublicKey({
    key: Buffer.concat([spkiPrefix, Buffer.from(publicKey.slice(5), 'base64')]),
    format: 'der',
    type: 'spki',
  });
  const signed = (text: string) => verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
  expect(signed(`n1.1700000000.${body}`)).toBe(true);
  expect(signed(`n1.1700000001.${body}`)).toBe(false);
  // The private key alone, without its public half behind it, is the same key.
  const seedOnly = `whsk_${Buffer.from(secret.slice(5), 'base64').subarray(0, 32).toString('base64')}`;
  expect(webhookHeaders('n1', 1_700_000_000_999, body, [seedOnly])).toEqual(headers);
});

test.each([
  ['too few bits', `whsec_${Buffer.alloc(23).toString('base64')}`],
  ['too many bits', `whsec_${Buffer.alloc(65).toString('base64')}`],
  ['no base64', 'whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!'],
  ['no prefix', Buffer.alloc(32).toString('base64')],
  ['a public key', newWebhookKeyPair(randomBytes).publicKey],
  ['a private key with somebody else’s public half', `whsk_${Buffer.alloc(64, 7).toString('base64')}`],
])('%s is no secret', (_what, text) => {
  expect(parseWebhookSecret(text)).toBeNull();
  expect(webhookSecretSchema.safeParse(text).success).toBe(false);
});
