import { Fragment, useState } from 'react';
import type { Recall, RecallLine } from '../api/recalls.ts';
import { formatNumber, formatQuantity } from '../format/number.ts';
import { Badge } from '../shell/badge.tsx';
import { Message } from '../shell/message.tsx';
import { FindingForm } from './finding-form.tsx';
import { isOpen, lotName, partyName, placeName } from './names.ts';
import { SeveralFindings } from './several-findings.tsx';

interface Props {
  readonly view: Recall;
  readonly mspId: string | null;
  readonly mayAnswer: boolean;
}

const parts = [
  ['quarantined', 'quarantined'],
  ['returned', 'returned'],
  ['destroyed', 'destroyed'],
  ['sold', 'sold'],
  ['notFound', 'not found'],
] as const;

/** Each lot at each place: expected, found and open; for own places with a form to say what was found. */
export function GoodsTable({ view, mspId, mayAnswer }: Props) {
  const [editing, setEditing] = useState<string | null>(null);
  if (view.lines.length === 0) return <Message title="Nothing was expected anywhere" tone="empty" />;
  const lines = [...view.lines].sort((a, b) => Number(b.mspId === mspId) - Number(a.mspId === mspId));
  const mine = mayAnswer ? lines.filter((line) => maySpeakFor(view, line, mspId)) : [];
  return (
    <div className="table-scroll">
      <SeveralFindings view={view} lines={mine} />
      <table className="goods stacked">
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col">Lot</th>
            <th scope="col" className="number">
              Expected
            </th>
            <th scope="col">Found</th>
            <th scope="col" className="number">
              Open
            </th>
            <th scope="col">
              <span className="visually-hidden">Answer</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.slice(0, maxLinesShown).map((line) => {
            const key = `${line.place} ${line.item}`;
            const name = `${lotName(view, line.item)} at ${placeName(view, line.place)}`;
            return (
              <Fragment key={key}>
                <tr>
                  <th scope="row">
                    {placeName(view, line.place)}
                    <span className="muted small line">{partyName(view, line.mspId)}</span>
                  </th>
                  <td data-label="Lot">{lotName(view, line.item)}</td>
                  <td className="number" data-label="Expected">
                    {line.expected ? formatQuantity(line.expected) : 'unknown'}
                  </td>
                  <td data-label="Found">
                    <Found line={line} />
                  </td>
                  <td className="number" data-label="Open">
                    <Open line={line} />
                  </td>
                  <td className="answer">
                    {mayAnswer && maySpeakFor(view, line, mspId) && editing !== key ? (
                      <button
                        type="button"
                        onClick={() => setEditing(key)}
                        aria-label={`Record what was found of ${name}`}
                      >
                        {line.finding ? 'Correct' : 'Record'}
                      </button>
                    ) : null}
                  </td>
                </tr>
                {editing === key ? (
                  <tr className="finding-row">
                    <td colSpan={6}>
                      <FindingForm
                        recallId={view.recall.recallId}
                        line={line}
                        name={name}
                        onDone={() => setEditing(null)}
                      />
                    </td>
                  </tr>
                ) : null}
              </Fragment>
            );
          })}
        </tbody>
      </table>
      {lines.length > maxLinesShown ? (
        <p className="muted small">and {formatNumber(lines.length - maxLinesShown)} more, all of them in the report</p>
      ) : null}
    </div>
  );
}

/** Own places; and of parties outside the network, what they told who opened the recall. */
function maySpeakFor({ recall, outside, places }: Recall, { place, mspId: owner }: RecallLine, mspId: string | null) {
  if (owner === mspId && mspId !== null) return true;
  const isRegistered = places.some(({ gln, custodian }) => gln === place && custodian !== null);
  return recall.mspId === mspId && !isRegistered && outside.some(({ gln }) => gln === place);
}

/** Own lines come first; a page with thousands of rows is of no use to anybody. */
const maxLinesShown = 500;

function Found({ line: { finding, soldBefore } }: { line: RecallLine }) {
  const said = finding === null ? [] : parts.filter(([name]) => finding[name] !== '0');
  return (
    <>
      {finding === null ? <span className="muted">no report yet</span> : null}
      {finding !== null && said.length === 0 ? 'nothing' : null}
      {finding === null
        ? null
        : said.map(([name, label]) => (
            <span key={name} className="line">
              {formatQuantity({ amount: finding[name], uom: finding.uom })} {label}
            </span>
          ))}
      {finding?.note ? <span className="muted small line">“{finding.note}”</span> : null}
      {soldBefore ? (
        <span className="muted small line">{formatQuantity(soldBefore)} sold before the recall</span>
      ) : null}
    </>
  );
}

function Open({ line }: { line: RecallLine }) {
  if (line.open === null) return line.expected === null ? '' : <Badge tone="warn">Not comparable</Badge>;
  if (!isOpen(line)) return <Badge tone="ok">None</Badge>;
  return <strong className="open-amount">{formatQuantity(line.open)}</strong>;
}
