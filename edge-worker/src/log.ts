import { EdgeError } from './error.ts';

/** One line of JSON on the Worker's log. Fields never hold tokens, passwords or keys. */
export function log(
  level: 'info' | 'warn' | 'error',
  event: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  console[level](JSON.stringify({ level, event, ...fields }));
}

/** What a log may say of an error; the whole chain of causes, without stacks. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = 'code' in error ? { code: error.code } : {};
  const details = error instanceof EdgeError ? { details: error.details } : {};
  const cause = error.cause === undefined ? {} : { cause: errorFields(error.cause) };
  return { error: error.message, ...code, ...details, ...cause };
}
