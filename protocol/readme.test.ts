import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the example of the README runs as it stands', async () => {
  const text = await readFile(new URL('README.md', import.meta.url), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(text)?.[1];
  if (!example) throw new Error('the README has no example');
  const script = `${example}console.log(records[0]?.stream, records[0]?.value);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  expect(stdout.trim()).toBe("temperature { kind: 'number', value: 4.25 }");
});
