import { useState } from 'react';
import { type CteKind, cteKinds, type FsmaRecord } from '../api/fsma.ts';
import { formatNumber } from '../format/number.ts';
import { Badge } from '../shell/badge.tsx';
import { Identifier } from '../shell/identifier.tsx';
import { Time } from '../shell/time.tsx';
import { GoodsLink } from './goods-link.tsx';
import { cteNames, fieldName } from './names.ts';

const pageRows = 50;

/** The records, each with what it lacks and the event and transaction behind it. */
export function RecordTable({ records }: { records: readonly FsmaRecord[] }) {
  const [cte, setCte] = useState<CteKind | ''>('');
  const [lacking, setLacking] = useState(false);
  const [shown, setShown] = useState(pageRows);
  const chosen = records.filter((each) => (cte === '' || each.cte === cte) && (!lacking || each.missing.length > 0));
  return (
    <>
      <div className="filters">
        <select
          aria-label="Critical tracking event"
          value={cte}
          onChange={(event) => {
            setCte(event.currentTarget.value as CteKind | '');
            setShown(pageRows);
          }}
        >
          <option value="">All critical tracking events ({formatNumber(records.length)})</option>
          {cteKinds.map((kind) => {
            const count = records.filter((each) => each.cte === kind).length;
            return count === 0 ? null : (
              <option key={kind} value={kind}>
                {cteNames[kind]} ({formatNumber(count)})
              </option>
            );
          })}
        </select>
        <label className="filter-check">
          <input type="checkbox" checked={lacking} onChange={(event) => setLacking(event.currentTarget.checked)} />
          Only those that lack something
        </label>
      </div>
      <div className="table-scroll">
        <table className="records stacked">
          <thead>
            <tr>
              <th scope="col">Record</th>
              <th scope="col">Lot</th>
              <th scope="col">When and where</th>
              <th scope="col">Missing</th>
              <th scope="col">Event and transaction</th>
            </tr>
          </thead>
          <tbody>
            {chosen.slice(0, shown).map((record, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no state, and one event can give the same row twice.
              <RecordRow key={`${record.event} ${record.item} ${record.input} ${index}`} record={record} />
            ))}
          </tbody>
        </table>
      </div>
      {chosen.length > shown ? (
        <button type="button" onClick={() => setShown(shown + pageRows)}>
          Show more of {formatNumber(chosen.length)}
        </button>
      ) : null}
    </>
  );
}

function RecordRow({ record }: { record: FsmaRecord }) {
  const { cte, item, unit, input, product, place, placeName, timeMs, transactionId, block } = record;
  return (
    <tr>
      <th scope="row">
        {cteNames[cte]}
        {record.listed === false ? <span className="muted small line">not on the Food Traceability List</span> : null}
      </th>
      <td data-label="Lot">
        {item === null ? 'Unknown contents' : <GoodsLink item={item} />}
        {product === null ? null : <span className="muted small line">{product}</span>}
        {input === null ? null : (
          <span className="muted small line">
            of <GoodsLink item={input} />
          </span>
        )}
        {unit === null ? null : (
          <span className="muted small line">
            in <GoodsLink item={unit} />
          </span>
        )}
      </td>
      <td data-label="When and where">
        <Time ms={timeMs} short />
        <span className="muted small line">{placeName ?? (place === null ? 'No place' : `GLN ${place}`)}</span>
      </td>
      <td data-label="Missing">
        <Missing record={record} />
      </td>
      <td data-label="Event and transaction">
        <Identifier id={record.event} name="event id" />
        {transactionId === null ? null : (
          <span className="line">
            <Identifier id={transactionId} name="transaction id" />
            {block === null ? null : <span className="muted small">block {formatNumber(block)}</span>}
          </span>
        )}
      </td>
    </tr>
  );
}

function Missing({ record: { missing, remarks, outcome, declaredWrong } }: { record: FsmaRecord }) {
  return (
    <>
      {missing.length === 0 ? (
        <Badge tone="ok">Complete</Badge>
      ) : (
        <details className="fold missing">
          <summary>
            {formatNumber(missing.length)} {missing.length === 1 ? 'element' : 'elements'}
          </summary>
          <ul>
            {missing.map(({ element, title, clause, parts }) => (
              <li key={element}>
                {title}
                {parts.length === 0 ? '' : `: ${parts.map(fieldName).join(', ')}`}
                <span className="muted small line">{clause}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {remarks.map((remark) => (
        <Badge key={remark} tone="warn">
          {remark.replaceAll('-', ' ')}
        </Badge>
      ))}
      {outcome === 'conflict' ? <Badge tone="warn">Conflicts with another event</Badge> : null}
      {declaredWrong ? <Badge tone="warn">Declared wrong later</Badge> : null}
    </>
  );
}
