import { parseIdentifier } from '@hopline/protocol/gs1';
import { shortId } from '../format/term.ts';
import { Link } from '../navigation.tsx';
import { lotPath, unitPath } from '../route.ts';

/** Goods or a unit by their identifier, as a link to their page where they have one. */
export function GoodsLink({ item }: { item: string }) {
  const identifier = identify(item);
  if (identifier && 'gtin' in identifier && 'lot' in identifier && identifier.lot !== undefined) {
    return <Link href={lotPath(identifier.gtin, identifier.lot)}>{identifier.lot}</Link>;
  }
  if (identifier?.kind === 'sscc') return <Link href={unitPath(identifier.sscc)}>Pallet {identifier.sscc}</Link>;
  return <code title={item}>{shortId(item)}</code>;
}

function identify(item: string) {
  try {
    return parseIdentifier(item);
  } catch {
    return null;
  }
}
