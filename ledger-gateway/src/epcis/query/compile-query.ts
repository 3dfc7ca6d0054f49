import { canonicalOrigin } from '@hopline/protocol/gs1';
import type { SqlValue } from '../../store/database.ts';
import type { IdPattern } from './id-pattern.ts';
import type { EventQuery, Order, Predicate } from './predicate.ts';

/** Where a page begins: behind the event with this key in the result's order. */
export type PageKey =
  | { readonly by: 'commit'; readonly seq: number }
  | { readonly by: 'time'; readonly ms: number; readonly seq: number }
  | { readonly by: 'field'; readonly offset: number };

/** Which part of a result is wanted. */
export interface Window {
  /** Only events up to this one: what came later is not part of the result, so that its pages fit together. */
  readonly asOf: number;
  /** Only events behind this one: for subscriptions, which have seen the others. */
  readonly after?: number;
  readonly from: PageKey | null;
  readonly limit: number;
}

/** SQL with its bound values. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** Rows of a compiled page, in the result's order. */
export interface PageRow extends Record<string, unknown> {
  readonly seq: number;
  readonly time_ms: number;
  readonly recorded_ms: number;
  readonly bytes: number;
}

/** The page of a query: numbers, sort keys and sizes of its events. All that comes from outside is a bound value. */
export function compilePage({ predicates, order }: EventQuery, window: Window): Sql {
  const bind = new Binder();
  const where = conditions(predicates, window, bind);
  const ordering = orderSql(order, window.from, bind);
  return {
    text: `select e.seq, e.time_ms, e.recorded_ms, octet_length(e.source) as bytes from epcis_events e
${ordering.join} where ${[...where, ...ordering.where].join('\n  and ')}
 order by ${ordering.by} limit ${bind.add(window.limit)}${ordering.offset}`,
    values: bind.values,
  };
}

/** Counts the events of a query, up to one more than `max`. */
export function compileCount({ predicates }: EventQuery, asOf: number, max: number): Sql {
  const bind = new Binder();
  const where = conditions(predicates, { asOf }, bind);
  return {
    text: `select count(*)::bigint as count from (
  select 1 from epcis_events e where ${where.join('\n  and ')} limit ${bind.add(max + 1)}) as matching`,
    values: bind.values,
  };
}

class Binder {
  readonly values: SqlValue[] = [];

  /** The placeholder of a value, with its type where PostgreSQL could not know it. */
  add(value: SqlValue, type?: 'text[]' | 'bigint[]' | 'double precision[]'): string {
    this.values.push(value);
    return `$${this.values.length}${type === undefined ? '' : `::${type}`}`;
  }
}

function conditions(
  predicates: readonly Predicate[],
  { asOf, after }: Pick<Window, 'asOf' | 'after'>,
  bind: Binder,
): string[] {
  return [
    `e.seq <= ${bind.add(asOf)}`,
    ...(after === undefined ? [] : [`e.seq > ${bind.add(after)}`]),
    ...predicates.map((predicate) => condition(predicate, bind)),
  ];
}

function condition(predicate: Predicate, bind: Binder): string {
  switch (predicate.kind) {
    case 'term':
      return `e.${predicate.column} = any(${bind.add(predicate.values, 'text[]')})`;
    case 'time':
      return `e.${predicate.column} ${predicate.op} ${bind.add(predicate.ms)}`;
    case 'declared':
      return 'e.declared_ms is not null';
    case 'within': {
      const inside = predicate.places.map((place) => range(`e.${predicate.column}`, `${place}/254/`, bind));
      return `(${[`e.${predicate.column} = any(${bind.add(predicate.places, 'text[]')})`, ...inside].join(' or ')})`;
    }
    case 'match':
      return hasValue(`v.field = any(${bind.add(predicate.fields, 'text[]')})`, matches(predicate.patterns, bind));
    case 'value':
      return hasValue(`v.field = ${bind.add(predicate.field)}`, isOneOf(predicate, bind));
    case 'compare':
      return hasValue(
        `v.field = ${bind.add(predicate.field)}`,
        `v.${predicate.by} ${predicate.op} ${bind.add(predicate.to)}`,
      );
    case 'exists':
      return hasValue(`v.field = ${bind.add(predicate.field)}`, 'true');
    case 'has-attribute':
      return atSite(
        predicate.column,
        predicate.names.map((name) => `${attribute(name, bind)} is not null`).join(' or '),
      );
    case 'attribute':
      return atSite(
        predicate.column,
        `${attribute(predicate.name, bind)} = any(${bind.add(predicate.values, 'text[]')})`,
      );
  }
}

/** That the event has a value; the planner may begin with the values or with the events, whichever are fewer. */
function hasValue(field: string, what: string): string {
  return `exists (select 1 from epcis_values v where v.seq = e.seq and ${field} and (${what}))`;
}

function isOneOf(predicate: Extract<Predicate, { kind: 'value' }>, bind: Binder): string {
  const { texts, numbers, times } = predicate;
  const parts = [
    ...(texts.length === 0 ? [] : [`v.value = any(${bind.add(texts, 'text[]')})`]),
    ...(numbers.length === 0 ? [] : [`v.number = any(${bind.add(numbers, 'double precision[]')})`]),
    ...(times.length === 0 ? [] : [`v.time_ms = any(${bind.add(times, 'bigint[]')})`]),
  ];
  return parts.length === 0 ? 'false' : parts.join(' or ');
}

function matches(patterns: readonly IdPattern[], bind: Binder): string {
  const exact = patterns.flatMap((pattern) => (pattern.kind === 'exact' ? [pattern.id] : []));
  const ranges = patterns.flatMap((pattern) => {
    if (pattern.kind === 'exact') return [];
    const within = range('v.value', pattern.prefix, bind);
    if (pattern.kind === 'prefix') return [within];
    // Digits, slashes and what canonical links begin with: nothing in it means anything to a regular expression but the dots.
    const shape = `^${pattern.prefix.replaceAll('.', '[.]')}[0-9]{${pattern.digits}}${pattern.rest}.`;
    return [`(${within} and v.value ~ ${bind.add(shape)})`];
  });
  return [...(exact.length === 0 ? [] : [`v.value = any(${bind.add(exact, 'text[]')})`]), ...ranges].join(' or ');
}

/** Texts that begin with a prefix, as an interval that an index serves: texts compare byte by byte. */
function range(column: string, prefix: string, bind: Binder): string {
  const last = prefix.charCodeAt(prefix.length - 1);
  const end = prefix.slice(0, -1) + String.fromCharCode(last + 1);
  return `(${column} >= ${bind.add(prefix)} and ${column} < ${bind.add(end)})`;
}

/** That the event took place at a registered site with this master data. */
function atSite(column: 'read_point' | 'biz_location', what: string): string {
  return `e.${column} in (select '${canonicalOrigin}/414/' || (s.record ->> 'gln') from state s where s.kind = 'site' and (${what}))`;
}

/** A site's attribute by the last part of its name: `city` of `urn:epcglobal:cbv:mda:city`. */
function attribute(name: string, bind: Binder): string {
  const local = bind.add(/[^:#/]*$/.exec(name)?.[0] ?? name);
  return `coalesce(s.record ->> ${local}::text, s.record -> 'postalAddress' ->> ${local}::text)`;
}

interface OrderSql {
  readonly join: string;
  readonly where: readonly string[];
  readonly by: string;
  readonly offset: string;
}

function orderSql(order: Order, from: PageKey | null, bind: Binder): OrderSql {
  if (order.by === 'commit') {
    const where = from?.by === 'commit' ? [`e.seq > ${bind.add(from.seq)}`] : [];
    return { join: '', where, by: 'e.seq', offset: '' };
  }
  const { direction } = order;
  if (order.by === 'field') {
    const field = bind.add(order.field);
    return {
      join: `left join lateral (
  select v.number, v.time_ms, v.value from epcis_values v where v.seq = e.seq and v.field = ${field}
  order by v.number, v.time_ms, v.value limit 1) k on true`,
      where: [],
      by: ['k.number', 'k.time_ms', 'k.value']
        .map((key) => `${key} ${direction} nulls last`)
        .concat(`e.seq ${direction}`)
        .join(', '),
      offset: from?.by === 'field' ? ` offset ${bind.add(from.offset)}` : '',
    };
  }
  const column = order.by === 'eventTime' ? 'e.time_ms' : 'e.recorded_ms';
  const beyond = direction === 'asc' ? '>' : '<';
  return {
    join: '',
    where: from?.by === 'time' ? [`(${column}, e.seq) ${beyond} (${bind.add(from.ms)}, ${bind.add(from.seq)})`] : [],
    by: `${column} ${direction}, e.seq ${direction}`,
    offset: '',
  };
}
