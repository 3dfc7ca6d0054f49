import type { z } from 'zod';
import {
  type MasterDataKind,
  type MasterDataProblem,
  type MasterDataRecord,
  organisationDataSchema,
  placeDataSchema,
  productDataSchema,
  scopeSchema,
} from './data.ts';
import { FieldError, fields } from './fields.ts';

/** A row before it is read: texts by field name, with where each stood. Empty texts say nothing. */
export interface RawRecord {
  readonly kind: MasterDataKind;
  readonly at: string;
  readonly texts: ReadonlyMap<string, { readonly text: string; readonly at: string }>;
}

const schemas = { product: productDataSchema, place: placeDataSchema, organisation: organisationDataSchema } as const;
const keys = { product: 'gtin', place: 'gln', organisation: 'gln' } as const;

/**
 * Reads one row. Names may be left out here: a row may add to a record that is there already. All faults of the row are
 * found at once.
 */
export function buildRecord({ kind, at, texts }: RawRecord): {
  record: MasterDataRecord | null;
  problems: MasterDataProblem[];
} {
  const problems: MasterDataProblem[] = [];
  const data: Record<string, unknown> = {};
  const problem = (field: string, code: MasterDataProblem['code'], message: string) => {
    const source = texts.get(field);
    problems.push({ at: source?.at ?? at, field, code, message, value: source?.text ?? null });
  };
  for (const [name, { text }] of texts) {
    const field = fields[kind][name];
    if (!field || text.trim() === '') continue;
    try {
      put(data, field.path, field.parse(text.trim()));
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      problem(name, error.code, error.message);
    }
  }
  const { scope, ...rest } = data;
  const said = scopeSchema.nullable().safeParse(scope ?? null);
  if (!said.success) problem('scope', 'term', 'own or outside');
  const schema: z.ZodObject = schemas[kind];
  const parsed = schema.partial().safeParse(rest);
  for (const issue of parsed.success ? [] : parsed.error.issues) {
    const name = fieldAt(kind, issue.path);
    const failedAlready = problems.some(({ field }) => field === name);
    if (!failedAlready) problem(name, issue.code === 'invalid_value' ? 'term' : 'malformed', issue.message);
  }
  const key = keys[kind];
  if (!(key in rest) && !problems.some(({ field }) => field === key))
    problem(key, 'missing', `a ${key.toUpperCase()} is needed`);
  // In the order of the columns: whoever mends a row goes through it from left to right.
  const order = [...texts.keys()];
  problems.sort((x, y) => order.indexOf(x.field ?? '') - order.indexOf(y.field ?? ''));
  if (problems.length > 0 || !parsed.success || !said.success) return { record: null, problems };
  // The schema of the kind has just accepted the data, and the key is there.
  return { record: { kind, at, scope: said.data, data: parsed.data } as unknown as MasterDataRecord, problems };
}

function put(data: Record<string, unknown>, [name, member]: readonly [string, string?], value: unknown): void {
  if (member === undefined) data[name] = value;
  else data[name] = { ...(data[name] as object | undefined), [member]: value };
}

/** The column that a fault belongs to; for the half of a position that is missing, that half. */
function fieldAt(kind: MasterDataKind, path: readonly PropertyKey[]): string {
  const [name, member] = path.map(String);
  const found = Object.entries(fields[kind]).find(
    ([, field]) => field.path[0] === name && (field.path[1] === undefined || field.path[1] === member),
  );
  return found?.[0] ?? path.join('.');
}
