import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

export interface MachineFacts {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly node: string;
  readonly workerd: string;
  /** Runnable processes over the last minute, before the benchmark began: other work on the machine spoils figures. */
  readonly loadBefore: number;
  /** `null` outside a git work tree. */
  readonly commit: string | null;
  /** Whether tracked files differed from the commit. */
  readonly modified: boolean | null;
}

/** What a figure depends on beside the program. */
export function machineFacts(): MachineFacts {
  const { version } = createRequire(import.meta.url)('workerd/package.json') as { version: string };
  const changes = git('status', '--porcelain', '--untracked-files=no');
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    workerd: version,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    commit: git('rev-parse', '--short=10', 'HEAD'),
    modified: changes === null ? null : changes !== '',
  };
}

function git(...args: string[]): string | null {
  try {
    return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return null;
  }
}
