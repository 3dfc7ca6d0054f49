import { ProtocolError } from '../error.ts';

/** What `compute` gives, or the code of its refusal; any other error is passed on. */
export async function codeOr<T>(compute: () => T | Promise<T>): Promise<T | string> {
  try {
    return await compute();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}
