import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { QueuedNotice } from './outbox.ts';
import { createMailer, type Mailer } from './send-email.ts';

/** Against a real SMTP server, which refuses whom the test says. */
interface Mail {
  readonly envelope: SMTPServerSession['envelope'];
  readonly text: string;
}

const refusals = new Map<string, number>();
const mails: Mail[] = [];
let server: SMTPServer;
let mailer: Mailer;

beforeEach(async () => {
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, done) {
      const responseCode = refusals.get(address);
      done(responseCode === undefined ? null : Object.assign(new Error('not here'), { responseCode }));
    },
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        mails.push({ envelope: session.envelope, text: Buffer.concat(parts).toString('utf8') });
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  mailer = createMailer({ url: `smtp://127.0.0.1:${port}`, from: 'Hopline <recalls@freshhub.example>' });
});

afterEach(async () => {
  mailer.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  mails.length = 0;
  refusals.clear();
});

const notice: QueuedNotice = {
  id: 'recall:r-1:RetailMSP',
  kind: 'email',
  target: 'smtp',
  type: 'recall.opened',
  url: null,
  recipients: ['quality@retail.example', 'dock@retail.example'],
  subject: 'Rückruf: Lot L-1',
  text: 'Hold lot L-1.',
  html: '<p>Hold lot <b>L-1</b>.</p>',
  body: '{"lot":"L-1"}',
  secrets: [],
  notAfterMs: Number.MAX_SAFE_INTEGER,
  state: { state: 'queued', attempts: 0, nextMs: 0, endedMs: null, reason: null, last: null },
};
const never = new AbortController().signal;
const atMs = Date.parse('2026-11-23T10:00:00Z');

test('an e-mail has its words, its data and an id that stays', async () => {
  expect(await mailer.send(notice, atMs, never)).toMatchObject({ kind: 'delivered', attempt: { atMs, status: 250 } });
  expect(await mailer.send(notice, atMs + 60_000, never)).toMatchObject({ kind: 'delivered' });
  const [first, again] = mails;
  expect(first?.envelope.rcptTo.map(({ address }) => address)).toEqual(notice.recipients);
  expect(first?.text).toMatch(/^Subject: =\?UTF-8\?/m);
  expect(first?.text).toContain('Hold lot L-1.');
  expect(first?.text).toContain('text/html');
  expect(first?.text).toMatch(/filename="?notice\.json"?/);
  expect(first?.text).toMatch(/^Auto-Submitted: auto-generated/im);
  const idOf = (mail?: Mail) => /^Message-ID: (.+)$/im.exec(mail?.text ?? '')?.[1]?.trim();
  expect(idOf(first)).toBe('<recall.r-1.RetailMSP@freshhub.example>');
  expect(idOf(again)).toBe(idOf(first));
});

test('without words of its own its data is the text', async () => {
  await mailer.send({ ...notice, text: null, html: null }, atMs, never);
  expect(mails[0]?.text).toContain('{"lot":"L-1"}');
});

test('a recipient who is refused for good ends it, one who is not now does not', async () => {
  const one = { ...notice, recipients: ['quality@retail.example'] };
  refusals.set('quality@retail.example', 550);
  expect(await mailer.send(one, atMs, never)).toMatchObject({
    kind: 'final',
    reason: 'rejected',
    attempt: { status: 550 },
  });
  refusals.set('quality@retail.example', 451);
  expect(await mailer.send(one, atMs, never)).toMatchObject({ kind: 'retry', attempt: { status: 451 } });
  expect(mails).toEqual([]);
});

test('where some recipients are refused, it says who', async () => {
  refusals.set('dock@retail.example', 550);
  const outcome = await mailer.send(notice, atMs, never);
  expect(outcome).toMatchObject({ kind: 'delivered' });
  expect(outcome.attempt.answer).toContain('refused: dock@retail.example');
});

test('a server that is away, or does not answer in time, is tried again', async () => {
  const away = createMailer({ url: 'smtp://127.0.0.1:1', from: 'recalls@freshhub.example' });
  expect(await away.send(notice, atMs, never)).toMatchObject({ kind: 'retry', attempt: { status: null } });
  away.close();
  const stopped = new AbortController();
  stopped.abort(new Error('no answer in time'));
  expect(await mailer.send(notice, atMs, stopped.signal)).toMatchObject({ kind: 'retry' });
});
