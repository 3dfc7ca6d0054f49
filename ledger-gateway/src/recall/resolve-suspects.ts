import { ProtocolError } from '@hopline/protocol';
import { canonicalLink, gtin14, lotNumber, parseIdentifier } from '@hopline/protocol/gs1';
import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';

/** Suspect goods: an identifier in any GS1 form, GTIN and lot number, or the number of a lot that is known here. */
export const suspectSchema = z.union([
  z.string().min(1).max(400),
  z.strictObject({ gtin: z.string().max(14), lot: z.string().max(20) }),
]);
type Suspect = z.output<typeof suspectSchema>;

/**
 * Canonical identifiers of suspect goods, each once. A lot number alone means the one lot that has it.
 *
 * @throws ProtocolError `gs1-…`
 * @throws GatewayError `bad-request` for what is no lot or item, and for a lot number that no lot or several have
 */
export async function resolveSuspects(on: Queryable, suspects: readonly Suspect[]): Promise<string[]> {
  const items: string[] = [];
  for (const suspect of suspects) {
    const item = typeof suspect === 'string' ? identifierOf(suspect) : linkOf(suspect.gtin, suspect.lot);
    items.push(item ?? (await lotNumbered(on, suspect as string)));
  }
  return [...new Set(items)];
}

/** Recalls are of lots and items: a unit's contents, or a private identifier, are named by themselves. */
export function canonicalLot(text: string): string {
  const id = parseIdentifier(text);
  if (id.kind === 'lgtin' || id.kind === 'sgtin') return canonicalLink(id);
  throw new GatewayError('bad-request', 'a recall is of lots and items', { identifier: text, kind: id.kind });
}

function linkOf(gtin: string, lot: string): string {
  return canonicalLink({ kind: 'lgtin', gtin: gtin14(gtin), lot: lotNumber(lot) });
}

/** `null` for what is no identifier of any form, and may be a lot number. */
function identifierOf(text: string): string | null {
  try {
    return canonicalLot(text);
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'gs1-unrecognised' && isLotNumber(text)) return null;
    throw error;
  }
}

function isLotNumber(text: string): boolean {
  try {
    return lotNumber(text) === text;
  } catch {
    return false;
  }
}

async function lotNumbered(on: Queryable, lot: string): Promise<string> {
  const rows = await on.query<{ item: string; gtin: string }>(
    `select item, gtin from items where lot = $1 and kind = 'lgtin' order by item limit 20`,
    [lot],
  );
  const [only, other] = rows;
  if (only && !other) return only.item;
  throw new GatewayError('bad-request', only ? `several products have a lot ${lot}` : `no lot ${lot} is known here`, {
    lot,
    gtins: rows.map(({ gtin }) => gtin),
    advice: 'write the GTIN of the product before the lot number',
  });
}
