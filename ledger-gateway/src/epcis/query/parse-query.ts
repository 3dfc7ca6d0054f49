import { epcisLimits } from '../limits.ts';
import { extensionParameter, orderField } from './extension-parameters.ts';
import { parameterError } from './parameter-error.ts';
import type { EventQuery, Order, Predicate } from './predicate.ts';
import type { RawQuery } from './raw-parameters.ts';
import { oneOf, readCount } from './read-value.ts';
import { sensorParameter } from './sensor-parameters.ts';
import { standardParameter } from './standard-parameters.ts';

/** Parameters that shape the result, and select nothing. */
const shaping = new Set(['orderBy', 'orderDirection', 'eventCountLimit', 'maxEventCount']);

/**
 * Reads the parameters of a SimpleEventQuery (EPCIS 2.0, section 8.2.7.1, with the names of the REST bindings).
 * @throws GatewayError `query-parameter`, naming the first parameter that is unknown or wrong
 */
export function parseQuery({ parameters, prefixes }: RawQuery): EventQuery {
  const predicates: Predicate[] = [];
  for (const [name, values] of parameters) {
    if (shaping.has(name)) continue;
    // Standard names come first: `EQ_type` is a sensor's, and no extension is called so, for it has no namespace.
    const read =
      standardParameter(name, values, prefixes) ??
      sensorParameter(name, values, prefixes) ??
      extensionParameter(name, values, prefixes);
    if (read === null) throw parameterError(name, 'No such query parameter');
    predicates.push(...read);
  }
  const eventCountLimit = countOf(parameters, 'eventCountLimit');
  const maxEventCount = countOf(parameters, 'maxEventCount');
  if (eventCountLimit !== null && maxEventCount !== null) {
    throw parameterError('maxEventCount', 'maxEventCount and eventCountLimit exclude each other');
  }
  const order = orderOf({ parameters, prefixes });
  if (eventCountLimit !== null && order === null) {
    throw parameterError('eventCountLimit', 'Which events are the first ones is for orderBy to say');
  }
  return { predicates, order: order ?? naturalOrder(predicates), eventCountLimit, maxEventCount };
}

function countOf(parameters: RawQuery['parameters'], name: 'eventCountLimit' | 'maxEventCount'): number | null {
  const values = parameters.get(name);
  if (values === undefined) return null;
  const count = readCount(name, values);
  const { maxCountedEvents } = epcisLimits;
  if (name === 'maxEventCount' && count > maxCountedEvents) {
    throw parameterError(name, `At most ${maxCountedEvents} can be counted`, { maxCountedEvents });
  }
  return count;
}

/**
 * The order of a result for which none is asked: then it is the repository's to choose (section 8.2.7.1, orderBy). With
 * bounds on a time it goes along that time, so that the index leads to the first event instead of past all those before.
 */
function naturalOrder(predicates: readonly Predicate[]): Order {
  const bounded = (column: string) =>
    predicates.some((predicate) => predicate.kind === 'time' && predicate.column === column);
  if (bounded('time_ms')) return { by: 'eventTime', direction: 'asc' };
  if (bounded('recorded_ms')) return { by: 'recordTime', direction: 'asc' };
  return { by: 'commit' };
}

function orderOf({ parameters, prefixes }: RawQuery): Order | null {
  const by = parameters.get('orderBy');
  const directionValue = parameters.get('orderDirection');
  const direction = directionValue === undefined ? 'DESC' : oneOf('orderDirection', directionValue);
  if (direction !== 'ASC' && direction !== 'DESC') {
    throw parameterError('orderDirection', 'ASC or DESC is needed here', { value: direction });
  }
  if (by === undefined) return null;
  // The standard's default is descending (section 8.2.7.1, orderDirection).
  const to = direction === 'ASC' ? 'asc' : 'desc';
  const name = oneOf('orderBy', by);
  if (name === 'eventTime' || name === 'recordTime') return { by: name, direction: to };
  const field = orderField(name, prefixes);
  if (field === null) {
    throw parameterError('orderBy', 'eventTime, recordTime or the name of an extension field with its namespace', {
      value: name,
    });
  }
  return { by: 'field', field, direction: to };
}
