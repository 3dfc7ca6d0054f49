import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Who works for the benchmark. `client` is the benchmark itself: fleet, ledger clients. */
export type Role = 'client' | 'edge' | 'gateways' | 'ledger' | 'chaincode' | 'broker';

export interface Usage {
  /** Processor time since the process began, user and system, in milliseconds (in steps of 10). */
  readonly cpuMs: number;
  readonly residentBytes: number;
}

/** Linux counts a process's time in hundredths of a second, whatever the kernel's own clock (`man 5 proc`, USER_HZ). */
const msPerTick = 10;
const bytesPerKilobyte = 1024;

/**
 * What this process and those below it have used so far, summed by role. `null` on systems without `/proc`.
 */
export function processUsage(): Map<Role, Usage> | null {
  const parents = new Map<number, number>();
  try {
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (Number.isInteger(pid)) parents.set(pid, statOf(pid)?.parent ?? 0);
    }
  } catch {
    return null;
  }
  if (!parents.has(process.pid)) return null;
  const used = new Map<Role, Usage>();
  for (const pid of parents.keys()) {
    if (!isBelow(pid, process.pid, parents)) continue;
    const role = pid === process.pid ? 'client' : roleOf(pid);
    const stat = statOf(pid);
    if (!role || !stat) continue;
    const { cpuMs, residentBytes } = used.get(role) ?? { cpuMs: 0, residentBytes: 0 };
    used.set(role, { cpuMs: cpuMs + stat.cpuMs, residentBytes: residentBytes + residentBytesOf(pid) });
  }
  return used;
}

/** Processor time of each role between two looks, in milliseconds. */
export function cpuBetween(before: Map<Role, Usage> | null, after: Map<Role, Usage> | null): Map<Role, number> {
  const spent = new Map<Role, number>();
  for (const [role, { cpuMs }] of after ?? []) spent.set(role, cpuMs - (before?.get(role)?.cpuMs ?? 0));
  return spent;
}

function isBelow(pid: number, ancestor: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at; at = parents.get(at)) if (at === ancestor) return true;
  return false;
}

function roleOf(pid: number): Role | null {
  const [command = '', ...args] = read(`/proc/${pid}/cmdline`)?.split('\0') ?? [];
  const program = basename(command);
  if (program === 'workerd') return 'edge';
  if (program === 'mosquitto') return 'broker';
  if (program === 'peer' || program === 'orderer') return 'ledger';
  const script = args.find((argument) => /\.[cm]?[jt]s$/.test(argument)) ?? '';
  if (script.includes('ledger-gateway/')) return 'gateways';
  if (script.includes('dev-ledger/')) return 'ledger';
  if (script.includes('aedes-main')) return 'broker';
  return script.includes('chaincode/') ? 'chaincode' : null;
}

/** `/proc/{pid}/stat`: after the name in parentheses come the state, the parent (4th field), … utime, stime (14th, 15th). */
function statOf(pid: number): { parent: number; cpuMs: number } | null {
  const text = read(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick };
}

function residentBytesOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return Number(kilobytes ?? 0) * bytesPerKilobyte;
}

/** `null` where the process has ended meanwhile. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
