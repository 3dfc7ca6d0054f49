import { parseArgs } from 'node:util';
import { SimError } from '../error.ts';

/** One option of a command: how it is written, and the line of help about it. */
export interface Flag {
  readonly name: string;
  /** What stands for its value in the help; none: it is a switch. */
  readonly value?: string;
  readonly help: string;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` says before the options. */
  readonly description: string;
  readonly flags: readonly Flag[];
  run(values: Values, signal: AbortSignal): Promise<void>;
}

/** Parsed options, with typed access. Each method throws `bad-argument` naming the option. */
export class Values {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;

  constructor(values: Readonly<Record<string, string | boolean | undefined>>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined && this.#values[name] !== false;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  required(name: string): string {
    const value = this.text(name);
    if (!value) throw new SimError('bad-argument', `--${name} is missing; --help explains it`);
    return value;
  }

  number(name: string, fallback: number, least = 1): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least) {
      throw new SimError('bad-argument', `--${name} must be a number of at least ${least}, not "${text}"`);
    }
    return value;
  }

  count(name: string, fallback: number, least = 1): number {
    const value = this.number(name, fallback, least);
    if (!Number.isInteger(value)) throw new SimError('bad-argument', `--${name} must be a whole number`);
    return value;
  }

  oneOf<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const text = this.text(name) ?? fallback;
    const choice = choices.find((each) => each === text);
    if (!choice) throw new SimError('bad-argument', `--${name} must be ${choices.join(' or ')}, not "${text}"`);
    return choice;
  }
}

/** Parses a command's arguments. Throws `bad-argument` for what the command does not know. */
export function parseFlags(command: Command, args: readonly string[]): Values {
  const options = Object.fromEntries(
    [...command.flags, helpFlag].map((flag) => [
      flag.name,
      { type: flag.value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    return new Values(parseArgs({ args: [...args], options, allowPositionals: false }).values);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SimError('bad-argument', why.split('\n')[0] ?? why, {}, { cause });
  }
}

export const helpFlag: Flag = { name: 'help', help: 'show this text' };

export function commandHelp(program: string, command: Command): string {
  const rows = [...command.flags, helpFlag].map((flag) => [
    `--${flag.name}${flag.value ? ` ${flag.value}` : ''}`,
    flag.help,
  ]);
  const width = Math.max(...rows.map(([left = '']) => left.length)) + 2;
  const lines = rows.map(([left = '', right = '']) => {
    return `  ${left.padEnd(width)}${right.replaceAll('\n', `\n  ${' '.repeat(width)}`)}`;
  });
  return `${program} [options]\n\n${command.description.trim()}\n\nOptions:\n${lines.join('\n')}\n`;
}
