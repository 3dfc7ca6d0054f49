import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Tells a process from a later one with the same number: the time of its start, with the boot that it counts from where
 * the system gives one. `null` where there is no such process, or only a zombie that nobody has waited for.
 */
export function processIdentity(pid: number): string | null {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

/** proc_pid_stat(5): field 3 is the state, 20 the number of threads, 22 the start in clock ticks since boot. */
function fromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold spaces and parentheses itself. Behind it comes field 3.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // The first thread is a zombie as soon as it has ended; while others are ending, ports and files are still open.
    const isOver = (fields[0] === 'Z' || fields[0] === 'X') && Number(fields[20 - 3]) <= 1;
    return isOver ? null : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[22 - 3]}`;
  } catch {
    return null;
  }
}

function fromPs(pid: number): string | null {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
  } catch {
    return null;
  }
}
