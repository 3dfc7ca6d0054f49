import { parseIdentifier } from '@hopline/protocol/gs1';
import type { Containment } from '../api/history.ts';
import { formatQuantity } from '../format/number.ts';
import { unitName } from '../lot/unit-name.ts';
import { Link } from '../navigation.tsx';
import { lotPath } from '../route.ts';
import { Message } from '../shell/message.tsx';
import { Time } from '../shell/time.tsx';

/** What was in a unit, and when. */
export function ContentsTable({ contents }: { contents: readonly Containment[] }) {
  if (contents.length === 0) return <Message title="Nothing is known to have been in it" tone="empty" />;
  return (
    <div className="table-scroll">
      <table className="stacked">
        <thead>
          <tr>
            <th scope="col">Lot or unit</th>
            <th scope="col" className="number">
              Quantity
            </th>
            <th scope="col">Packed</th>
            <th scope="col">Unpacked</th>
          </tr>
        </thead>
        <tbody>
          {contents.map(({ item, unit, isUnit, quantity, fromMs, toMs }) => (
            <tr key={`${item} ${unit} ${fromMs}`}>
              <th scope="row">
                <ContentName item={item} isUnit={isUnit} />
              </th>
              <td className="number" data-label="Quantity">
                {quantity === null ? '–' : formatQuantity(quantity)}
              </td>
              <td className="nowrap" data-label="Packed">
                <Time ms={fromMs} short />
              </td>
              <td className="nowrap" data-label="Unpacked">
                {toMs === null ? 'still inside' : <Time ms={toMs} short />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ContentName({ item, isUnit }: { item: string; isUnit: boolean }) {
  const { name, path } = isUnit ? unitName(item) : goodsName(item);
  return path === null ? name : <Link href={path}>{name}</Link>;
}

function goodsName(item: string): { readonly name: string; readonly path: string | null } {
  try {
    const id = parseIdentifier(item);
    if (id.kind === 'lgtin') return { name: id.lot, path: lotPath(id.gtin, id.lot) };
  } catch {
    // Goods may be named by somebody's own URI, which is then what they are called.
  }
  return { name: item, path: null };
}
