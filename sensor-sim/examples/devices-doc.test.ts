import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { misbehaviours } from '../src/device/misbehaviour.ts';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

test('the page about devices holds the client that is tested, word for word', async () => {
  const [doc, program] = await Promise.all([read('../../docs/devices.md'), read('./device.py')]);
  const snippet = /```python\n([\s\S]*?)```/.exec(doc)?.[1];
  expect(snippet).toBe(program);
});

test('the page explains every quarantine that the simulator can cause', async () => {
  const doc = await read('../../docs/devices.md');
  const expected = { forged: 'signature-invalid', equivocation: 'equivocation', 'unopened-epoch': 'epoch-unknown' };
  for (const [kind, reason] of Object.entries(expected)) {
    expect(misbehaviours).toContain(kind);
    expect(doc).toContain(`| \`${reason}\` |`);
  }
});
