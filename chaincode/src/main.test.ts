import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');

function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env.PATH, ...env } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return { child, closed: once(child, 'close').then(([code]) => ({ code, out, err })), output: () => out };
}

const timeout = 30_000;

describe('the chaincode process', { timeout }, () => {
  it('explains itself', async () => {
    expect(await start(['--help']).closed).toMatchObject({ code: 0, out: expect.stringContaining('CHAINCODE_ID') });
  });

  it('says what it needs', async () => {
    expect(await start([], { CHAINCODE_ID: 'x' }).closed).toMatchObject({
      code: 2,
      err: expect.stringContaining('CHAINCODE_SERVER_ADDRESS and CHAINCODE_ID have to be set'),
    });
  });

  it('fails on a port in use, naming it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const env = { CHAINCODE_ID: 'x:y', CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${address.port}` };
    const { code, err } = await start([], env).closed;
    expect({ code, namesPort: err.includes(String(address.port)) }).toEqual({ code: 1, namesPort: true });
    server.close();
  });

  it('ends cleanly when it is told to', async () => {
    const process = start([], { CHAINCODE_ID: 'x:y', CHAINCODE_SERVER_ADDRESS: '127.0.0.1:0' });
    while (!process.output().includes('listening')) await once(process.child.stdout, 'data');
    process.child.kill('SIGTERM');
    expect((await process.closed).code).toBe(0);
  });
});
