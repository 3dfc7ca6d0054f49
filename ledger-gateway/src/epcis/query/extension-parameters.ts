import { expandName, type Prefixes } from '@hopline/protocol/epcis';
import { extensionField, type Scope, scopes, timeOf } from '../index/extension-values.ts';
import { valueKey } from '../index/value-row.ts';
import { parameterError } from './parameter-error.ts';
import type { PlaceColumn, Predicate } from './predicate.ts';
import { numberOrNull, readComparable, readExists } from './read-value.ts';
import { comparisons } from './standard-parameters.ts';

const placeColumns: Readonly<Record<string, PlaceColumn>> = { readPoint: 'read_point', bizLocation: 'biz_location' };

/**
 * The predicates of a parameter about fields of somebody's own namespace, at the top (`EQ_ex:field`), in a part of the
 * event (`EQ_ILMD_ex:field`) or within an extension (`EQ_INNER_ex:field`), and about master data; `null` for any other
 * name. A field is named with a prefix, or by its whole IRI.
 * @throws GatewayError `query-parameter`
 */
export function extensionParameter(
  name: string,
  values: readonly string[],
  prefixes: Prefixes,
): readonly Predicate[] | null {
  const attribute = masterData(name, values);
  if (attribute !== null) return [attribute];
  const [, op, rest] = /^(EQ|GE|GT|LE|LT|EXISTS)_(.+)$/.exec(name) ?? [];
  if (op === undefined || rest === undefined) return null;
  const field = fieldOf(rest, prefixes);
  if (field === null) return null;
  if (op === 'EXISTS') return readExists(name, values) ? [{ kind: 'exists', field }] : [];
  const comparison = comparisons[op];
  if (comparison !== undefined) return [{ kind: 'compare', field, op: comparison, ...readComparable(name, values) }];
  const isThere = <T>(value: T | null): value is T => value !== null;
  return [
    {
      kind: 'value',
      field,
      // A value may be the name of something, written with a prefix.
      texts: [...new Set(values.flatMap((value) => [value, expandName(value, prefixes)]))].map(valueKey),
      numbers: values.map(numberOrNull).filter(isThere),
      times: values.map(timeOf).filter(isThere),
    },
  ];
}

/** The field of `epcis_values` by which a result is ordered; `null` where the name has no namespace. */
export function orderField(name: string, prefixes: Prefixes): string | null {
  return fieldOf(name, prefixes);
}

/** The field of a name such as `ILMD_ex:field`: an optional INNER, an optional scope in front, a name with a namespace. */
function fieldOf(text: string, prefixes: Prefixes): string | null {
  const inner = text.startsWith('INNER_');
  const behindInner = inner ? text.slice('INNER_'.length) : text;
  const scope = scopes.find((one): one is Scope => one !== '' && behindInner.startsWith(`${one}_`)) ?? '';
  const field = scope === '' ? behindInner : behindInner.slice(scope.length + 1);
  if (!/^[A-Za-z][A-Za-z0-9+._-]*[:#]\S+$/.test(field)) return null;
  return extensionField(scope, inner, expandName(field, prefixes));
}

function masterData(name: string, values: readonly string[]): Predicate | null {
  const has = /^HASATTR_(readPoint|bizLocation)$/.exec(name);
  if (has) return { kind: 'has-attribute', column: columnOf(has[1]), names: values };
  const equal = /^EQ_?ATTR_(readPoint|bizLocation)_(.+)$/.exec(name);
  if (equal) return { kind: 'attribute', column: columnOf(equal[1]), name: equal[2] ?? '', values };
  if (/^(HASATTR|EQ_?ATTR)_/.test(name)) {
    throw parameterError(name, 'Master data is kept of readPoint and bizLocation only');
  }
  return null;
}

function columnOf(field: string | undefined): PlaceColumn {
  return placeColumns[field ?? ''] ?? 'biz_location';
}
