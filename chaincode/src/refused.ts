import { ProtocolError, type Refusal, type RefusalCode } from '@hopline/protocol';

/**
 * A transaction is refused. Fabric carries nothing of an error but its message, so the message is the refusal as one JSON
 * text, which `findRefusal` finds again on the client's side.
 */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;

  constructor(code: RefusalCode, message: string, details: Refusal['details'] = {}, options?: { cause?: unknown }) {
    const refusal: Refusal = { code, message, details };
    super(JSON.stringify(refusal), options);
    this.refusal = refusal;
  }
}

/** Runs something of the protocol package; what it refuses becomes a refusal of the ledger, with its own code as `reason`. */
export async function refusing<T>(code: RefusalCode, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asRefused(code, error);
  }
}

function asRefused(code: RefusalCode, error: unknown): unknown {
  if (!(error instanceof ProtocolError)) return error;
  const refusal = error.code === 'too-large' ? 'too-large' : code;
  return new Refused(refusal, error.message, { ...error.details, reason: error.code }, { cause: error });
}
