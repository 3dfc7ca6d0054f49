import { codeOr } from '../conformance/code-or.ts';
import type { ProtocolErrorCode } from '../error.ts';

/** The code with which `compute` is refused, or `null` where it is not; any other error is passed on. */
export async function refusalCode(compute: () => unknown): Promise<ProtocolErrorCode | null> {
  const found = await codeOr(async () => {
    await compute();
    return null;
  });
  return found as ProtocolErrorCode | null;
}
