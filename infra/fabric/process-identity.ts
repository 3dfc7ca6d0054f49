import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * Tells a process from a later one with the same number: the time it was started, in whatever form the system gives it.
 * Undefined where there is no such process, or only a zombie that nobody has waited for.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid);
}

/** Field numbers are those of proc_pid_stat(5): 3 is the state, 20 the threads, 22 the start in clock ticks since boot. */
async function identityFromProc(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field, the program's name, is in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // The first thread of a process is a zombie as soon as it has ended; while others are ending, ports are still open.
    const isOver = (fields[0] === 'Z' || fields[0] === 'X') && Number(fields[20 - 3]) <= 1;
    return isOver ? undefined : fields[22 - 3];
  } catch {
    return undefined;
  }
}

async function identityFromPs(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]);
    const line = stdout.trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}
