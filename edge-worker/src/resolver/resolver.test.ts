import { SELF } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { type Answer, KeptAnswers, keepableMs } from './kept-answers.ts';
import { resolverLimits } from './limits.ts';

/** Inside workerd, with a gateway that is away. */
const get = (path: string, headers: Record<string, string> = {}) =>
  SELF.fetch(`https://edge.example${path}`, { headers, redirect: 'manual' });

describe('while the gateway is away', () => {
  test.each(['/01/09521002002003/10/L-1', '/00/006141411234567890', '/414/9520123456788?linkType=linkset'])(
    '%s is answered so, with the time to come again',
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe(String(resolverLimits.retryAfterSeconds));
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(await response.json()).toMatchObject({ code: 'gateway-unreachable', status: 503 });
    },
  );

  test('wrong links are still told from right ones', async () => {
    const response = await get('/01/09521002002003/21/1/10/L');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'gs1-unrecognised' });
    expect((await get('/01/09521002002003', { accept: 'image/png' })).status).toBe(406);
    expect((await get(`/01/09521002002003?${'x'.repeat(resolverLimits.maxQueryChars)}`)).status).toBe(413);
  });

  test('other addresses are what they were', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/nothing')).status).toBe(404);
  });
});

describe('kept answers', () => {
  const made = (more: Partial<Answer> = {}): Answer => ({
    status: 200,
    headers: { 'cache-control': 'public, max-age=20' },
    body: new Uint8Array(10),
    ...more,
  });

  test.each([
    ['public, max-age=20', 20_000],
    ['public, max-age=86400', resolverLimits.keepMs],
    ['max-age=20', 0],
    ['public', 0],
    ['public, max-age=20, no-store', 0],
    ['private, max-age=20', 0],
    ['', 0],
  ])('Cache-Control "%s" lets keep for %i ms', (control, ms) => {
    expect(keepableMs(made({ headers: { 'cache-control': control } }))).toBe(ms);
  });

  test('are given with their age until their time is over', () => {
    const kept = new KeptAnswers();
    kept.put('a', made(), 1_000);
    expect(kept.get('a', 20_999)?.headers.age).toBe('19');
    expect(kept.get('a', 21_000)).toBeNull();
    expect(kept.get('b', 1_000)).toBeNull();
  });

  test('are bounded in number and size', () => {
    const kept = new KeptAnswers();
    for (let i = 0; i <= resolverLimits.maxKeptAnswers; i++) kept.put(String(i), made(), 0);
    expect(kept.get('0', 1)).toBeNull();
    expect(kept.get('1', 1)).not.toBeNull();
    kept.put('large', made({ body: new Uint8Array(resolverLimits.maxKeptAnswerBytes + 1) }), 0);
    expect(kept.get('large', 1)).toBeNull();
  });
});
