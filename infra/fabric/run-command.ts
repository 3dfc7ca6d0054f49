import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { FabricError } from './fabric-error.ts';

const COMMAND_TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;
const QUOTED_LINES = 6;

export type Environment = Readonly<Record<string, string>>;

export interface CommandOptions {
  readonly env: Environment;
  readonly cwd: string;
}

/**
 * Runs one of Fabric's commands to its end.
 *
 * @returns what it wrote to standard output.
 * @throws FabricError `COMMAND_FAILED` with the last lines that the command wrote.
 */
export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const limits = { timeout: COMMAND_TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
    execFile(command, args, { ...options, ...limits }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-QUOTED_LINES).join('\n') || error.message;
      const line = `${basename(command)} ${args.slice(0, 3).join(' ')}`;
      reject(new FabricError('COMMAND_FAILED', `${line} failed:\n${said}`, { cause: error }));
    });
  });
}

/**
 * What Fabric's programs get from our own environment. The rest stays out: any `CORE_…` or `ORDERER_…` variable would
 * silently override the configuration files.
 */
export function inheritedEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
  const inherited = Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  return {
    ...inherited,
    FABRIC_LOGGING_SPEC: env.FABRIC_LOGGING_SPEC ?? 'warning',
    FABRIC_LOGGING_FORMAT: '%{time} %{level} [%{module}] %{message}',
  };
}
