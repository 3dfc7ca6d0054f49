import {
  type OrganisationRecord,
  organisationSchema,
  type ProductRecord,
  productSchema,
  type SiteRecord,
  siteSchema,
} from '@hopline/protocol';
import {
  type MasterDataKind,
  type MasterDataProblem,
  type MasterDataRecord,
  organisationDataSchema,
  placeDataSchema,
  productDataSchema,
  type Scope,
} from '@hopline/protocol/master-data';
import type { z } from 'zod';

type Fields = Readonly<Record<string, unknown>>;

/** What is there already, by `{kind} {id}`: on the ledger (with its owner) and in this organisation's own notes. */
export interface Existing {
  readonly mspId: string;
  readonly organisation: OrganisationRecord;
  readonly sites: ReadonlyMap<string, SiteRecord>;
  readonly products: ReadonlyMap<string, ProductRecord>;
  readonly notes: ReadonlyMap<string, Fields>;
}

/** One record of an import, and what becomes of it. `after` is complete, in the form of the place where it goes. */
export interface Change {
  readonly kind: MasterDataKind;
  readonly id: string;
  /** `own`: a transaction in this organisation's name; `outside`: a note of its own. */
  readonly scope: Scope;
  readonly action: 'create' | 'change' | 'none';
  /** Names of the fields that change. */
  readonly fields: readonly string[];
  readonly after: Fields;
  /** Whether a note about it goes, because it is on the ledger now. */
  readonly dropNote: boolean;
  readonly at: string;
}

export interface ImportPlan {
  readonly changes: readonly Change[];
  readonly problems: readonly MasterDataProblem[];
}

/**
 * Decides what an import does, without doing it. Fields that a record does not state stay as they are. A record is for the ledger where
 * it says so, where this organisation registered it before, or where its key is under one of the organisation's GS1 company
 * prefixes; everything else is a note on somebody outside of the network, or on another member's record.
 */
export function planImport(records: readonly MasterDataRecord[], existing: Existing): ImportPlan {
  const problems: MasterDataProblem[] = [];
  const merged = new Map<string, MasterDataRecord>();
  for (const record of records) {
    const key = `${record.kind} ${idOf(record)}`;
    const first = merged.get(key);
    if (!first) merged.set(key, record);
    else {
      const field = contradiction(first.data, record.data);
      if (field === null) merged.set(key, { ...first, data: merge(first.data, record.data) } as MasterDataRecord);
      else problems.push(fault(record, field, 'duplicate', `said otherwise at ${first.at}`));
    }
  }
  const changes = [...merged.values()].flatMap((record) => {
    const planned = plan(record, existing);
    if ('code' in planned) problems.push(planned);
    return 'code' in planned ? [] : [planned];
  });
  return { changes, problems };
}

function plan(record: MasterDataRecord, existing: Existing): Change | MasterDataProblem {
  const id = idOf(record);
  const scope = scopeOf(record, id, existing);
  if (typeof scope !== 'string') return scope;
  const note = existing.notes.get(`${record.kind} ${id}`);
  const before = scope === 'own' ? ownRecord(record.kind, id, existing) : note;
  const base = scope === 'own' ? { ...note, ...before } : { ...note };
  const stated = merge(merge(base, record.data), {});
  const { schema, complete } = form(record.kind, id, scope, stated, existing);
  const parsed = schema.safeParse(complete);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = String(issue?.path[0] ?? '');
    return issue?.code === 'invalid_type' && complete[field] === undefined
      ? fault(record, field, 'missing', `${record.kind} ${id} is new here and needs a ${field}`)
      : fault(record, field, 'malformed', issue?.message ?? 'not of its form');
  }
  const after = parsed.data as Fields;
  const fields = changedFields(before ?? {}, after);
  const action = before === undefined ? 'create' : fields.length > 0 ? 'change' : 'none';
  return {
    kind: record.kind,
    id,
    scope,
    action,
    fields,
    after,
    dropNote: scope === 'own' && note !== undefined,
    at: record.at,
  };
}

function scopeOf(record: MasterDataRecord, id: string, existing: Existing): Scope | MasterDataProblem {
  const { mspId, organisation } = existing;
  if (record.kind === 'organisation') {
    const own = organisation.gln === id || (organisation.gln === undefined && record.scope === 'own');
    if (own)
      return record.scope === 'outside' ? fault(record, 'scope', 'owner', 'this is the organisation itself') : 'own';
    if (record.scope !== 'own') return 'outside';
    return fault(record, 'gln', 'owner', `the organisation itself has the GLN ${organisation.gln}`);
  }
  const owner = (record.kind === 'place' ? existing.sites : existing.products).get(id)?.mspId;
  if (owner !== undefined) {
    const mine = owner === mspId;
    if (record.scope === null || (record.scope === 'own') === mine) return mine ? 'own' : 'outside';
    const message = mine ? 'it is on the ledger in this name already' : `it is on the ledger: only ${owner} changes it`;
    return fault(record, 'scope', 'owner', message);
  }
  const { companyPrefixes } = organisation;
  const digits = record.kind === 'product' ? id.slice(1) : id;
  const ours = companyPrefixes.some((prefix) => digits.startsWith(prefix));
  if (record.scope === 'own' && !ours && companyPrefixes.length > 0) {
    const message = `not under a company prefix of this organisation (${companyPrefixes.join(', ')})`;
    return fault(record, record.kind === 'product' ? 'gtin' : 'gln', 'prefix', message);
  }
  return record.scope ?? (ours ? 'own' : 'outside');
}

function ownRecord(kind: MasterDataKind, id: string, existing: Existing): Fields | undefined {
  const record =
    kind === 'organisation' ? existing.organisation : (kind === 'place' ? existing.sites : existing.products).get(id);
  if (!record) return undefined;
  const { schema: _schema, ...fields } = record;
  return fields;
}

/** The complete record in the form of where it goes, with what only the registry knows. */
function form(
  kind: MasterDataKind,
  id: string,
  scope: Scope,
  stated: Fields,
  { mspId }: Existing,
): { schema: z.ZodType; complete: Fields } {
  if (scope === 'outside') {
    const schema = { product: productDataSchema, place: placeDataSchema, organisation: organisationDataSchema }[kind];
    return { schema, complete: stated };
  }
  switch (kind) {
    case 'product':
      return { schema: productSchema, complete: { limits: [], ...stated, gtin: id, mspId } };
    case 'place': {
      // Whose place it is, is what its registration says.
      const { organisation: _organisation, ...rest } = stated;
      return { schema: siteSchema, complete: { kind: 'other', ...rest, gln: id, mspId } };
    }
    case 'organisation':
      return { schema: organisationSchema, complete: { ...stated, gln: id, mspId } };
  }
}

function idOf(record: MasterDataRecord): string {
  return record.kind === 'product' ? record.data.gtin : record.data.gln;
}

/** Fields of both, those of the second in front; addresses and contacts part by part. */
function merge(first: Fields, second: Fields): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...first };
  for (const [name, value] of Object.entries(second)) {
    if (value === undefined) continue;
    const there = merged[name];
    merged[name] = isObject(value) && isObject(there) && name !== 'position' ? { ...there, ...value } : value;
  }
  return merged;
}

/** The first field of which two records of one thing say different things. */
function contradiction(first: Fields, second: Fields): string | null {
  for (const [name, value] of Object.entries(second)) {
    const there = first[name];
    if (there === undefined || value === undefined) continue;
    if (isObject(there) && isObject(value) ? contradiction(there, value) !== null : !same(there, value)) return name;
  }
  return null;
}

function changedFields(before: Fields, after: Fields): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !same(before[name], after[name]),
  );
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) || Array.isArray(b) || !isObject(a) || !isObject(b))
    return JSON.stringify(a) === JSON.stringify(b);
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => same(a[name], b[name]));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fault(
  { at, data }: MasterDataRecord,
  field: string,
  code: MasterDataProblem['code'],
  message: string,
): MasterDataProblem {
  const value = (data as Fields)[field];
  return { at, field, code, message, value: value === undefined ? null : String(value) };
}
