import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { FsckReport } from '../fsck/check.ts';

const program = resolve(import.meta.dirname, '../fsck/main.ts');

/** Runs the checker as the separate program that it is. Throws where the check could not be made. */
export async function runFsck(stateFile: string, waitSeconds = 30, more: readonly string[] = []): Promise<FsckReport> {
  const args = [program, '--state', stateFile, '--wait', String(waitSeconds), '--json', ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  if (code !== 0 && code !== 1) throw new Error(`fsck ended with ${code}: ${errors}`);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as FsckReport;
}
