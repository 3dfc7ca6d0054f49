import { useEffect, useRef } from 'react';
import type { NewRecall, RecallPreview } from '../api/run-recalls.ts';
import { formatNumber, formatQuantity } from '../format/number.ts';
import { organisationName, shortId } from '../format/term.ts';
import { formatDuration } from '../format/time.ts';
import { Message } from '../shell/message.tsx';
import { Section } from '../shell/section.tsx';
import { FormError } from './form-error.tsx';

interface Props {
  readonly asked: NewRecall;
  readonly preview: RecallPreview;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onOpen: () => void;
}

const maxRowsShown = 300;

/** What a recall would concern, place by place, with the button that opens it. */
export function ScopePreview({ asked, preview, isPending, error, onOpen }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    frame.current?.scrollIntoView({ block: 'start' });
  }, []);
  const { lots, parts, places, organisations, outside } = preview.document;
  const there = parts.filter(({ state }) => state === 'held' || state === 'in-transit');
  const sold = parts.filter(({ how }) => how === 'sold');
  const placeName = (gln: string | null) =>
    gln === null ? 'Unknown place' : (places.find((each) => each.gln === gln)?.name ?? `GLN ${gln}`);
  const lotName = (item: string) => {
    const lot = lots.find((each) => each.item === item);
    return lot?.lot ?? lot?.serial ?? shortId(item);
  };
  const rows = [...there, ...sold];
  const made = lots.filter(({ via }) => via !== null).length;
  const isMock = asked.kind === 'mock';
  return (
    <div ref={frame} className="recall-preview">
      <Section
        title="What it concerns"
        aside={`traced in ${formatDuration(Math.max(1_000, preview.scopedMs - preview.startedMs))}, nothing is opened yet`}
      >
        <p className="recall-reason">
          {counted(lots.length, 'lot')}
          {made === 0 ? '' : ` (${counted(made, 'lot')} made of the suspect goods)`},{' '}
          {counted(new Set(there.map(({ place }) => place)).size, 'place')},{' '}
          {counted(organisations.length, 'organisation')}
          {outside.length === 0 ? '' : `, ${counted(outside.length, 'party', 'parties')} outside the network`}
        </p>
        <p className="muted">
          {organisations.map(({ name }) => name).join(', ')}
          {outside.length === 0 ? '' : `; outside: ${outside.map(placeName).join(', ')}`}
        </p>
        {rows.length === 0 ? (
          <Message title="None of it is anywhere by the ledger" tone="warn">
            It was used up or is gone, or no event has named it yet. A recall holds what comes later all the same.
          </Message>
        ) : (
          <div className="table-scroll">
            <table className="stacked">
              <thead>
                <tr>
                  <th scope="col">Place</th>
                  <th scope="col">Lot</th>
                  <th scope="col" className="number">
                    Quantity
                  </th>
                  <th scope="col">State</th>
                </tr>
              </thead>
              <tbody>
                {rows.slice(0, maxRowsShown).map((part, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: parts of a frozen list, which have no name of their own
                  <tr key={index}>
                    <th scope="row">
                      {placeName(part.place)}
                      {part.custodian === null ? null : (
                        <span className="muted small line">{organisationName(part.custodian)}</span>
                      )}
                    </th>
                    <td data-label="Lot">{lotName(part.item)}</td>
                    <td data-label="Quantity" className="number">
                      {formatQuantity(part)}
                    </td>
                    <td data-label="State">
                      {part.state === 'in-transit' ? 'on the way to there' : part.how === 'sold' ? 'sold' : 'there'}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {rows.length > maxRowsShown ? (
          <p className="muted small">and {formatNumber(rows.length - maxRowsShown)} more</p>
        ) : null}
        <div className="form-row recall-open">
          <button type="button" className={isMock ? 'primary' : 'primary danger'} disabled={isPending} onClick={onOpen}>
            {isPending
              ? 'Writing it on the ledger…'
              : isMock
                ? `Begin the exercise with ${counted(lots.length, 'lot')}`
                : `Open the recall and hold ${counted(lots.length, 'lot')} everywhere`}
          </button>
        </div>
        <FormError error={error} />
      </Section>
    </div>
  );
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}
