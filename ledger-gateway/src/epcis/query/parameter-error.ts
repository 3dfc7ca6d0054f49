import { ProtocolError } from '@hopline/protocol';
import { GatewayError } from '../../gateway-error.ts';

/** The refusal of a query whose parameter is wrong: the standard's QueryParameterException, naming the parameter. */
export function parameterError(
  parameter: string,
  message: string,
  details: Record<string, unknown> = {},
): GatewayError {
  return new GatewayError('query-parameter', message, { parameter, ...details });
}

/** Runs what reads a value of a parameter; what the protocol package refuses becomes the parameter's fault. */
export function reading<T>(parameter: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolError) throw parameterError(parameter, error.message, { ...error.details });
    throw error;
  }
}
