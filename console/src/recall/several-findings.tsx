import { type FormEvent, useId, useState } from 'react';
import { type Finding, type Recall, type RecallLine, recordFindings } from '../api/recalls.ts';
import { formatNumber } from '../format/number.ts';
import { FormError, fieldText } from './form-error.tsx';
import { placeName } from './names.ts';
import { useRecallChange } from './use-recall-change.ts';

const outcomes = [
  ['quarantined', 'quarantined'],
  ['returned', 'returned'],
  ['destroyed', 'destroyed'],
  ['sold', 'sold'],
  ['notFound', 'not found'],
] as const;
type Outcome = (typeof outcomes)[number][0];

/** Findings that one transaction takes. */
const findingsAtOnce = 200;

interface Props {
  readonly view: Recall;
  /** Lines that the organisation may answer for. */
  readonly lines: readonly RecallLine[];
}

/** One answer for all goods of a place, or of all own places, that have no report yet: what was expected was found there. */
export function SeveralFindings({ view, lines }: Props) {
  const id = useId();
  const [place, setPlace] = useState('');
  const [outcome, setOutcome] = useState<Outcome>('quarantined');
  const [done, setDone] = useState(0);
  const open = lines.filter(
    ({ finding, expected }) => finding === null && expected !== null && expected.amount !== '0',
  );
  const places = [...new Set(open.map((line) => line.place))];
  const chosen = open.filter((line) => place === '' || line.place === place);
  const { mutate, isPending, error } = useRecallChange(
    async (note: string | null) => {
      setDone(0);
      const findings = chosen.map((line) => asExpected(line, outcome, note));
      for (let start = 0; start < findings.length; start += findingsAtOnce) {
        await recordFindings(view.recall.recallId, findings.slice(start, start + findingsAtOnce));
        setDone(Math.min(start + findingsAtOnce, findings.length));
      }
    },
    () => setPlace(''),
  );
  if (open.length < 2) return null;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    mutate(fieldText(new FormData(event.currentTarget), 'note') || null);
  };
  return (
    <details className="several-findings">
      <summary>Record several at once</summary>
      <form onSubmit={submit} aria-label="Record several at once">
        <p className="muted small">For goods without a report that were all found as expected.</p>
        <div className="form-row">
          <select aria-label="Where" value={place} onChange={(event) => setPlace(event.currentTarget.value)}>
            <option value="">All places of yours</option>
            {places.map((gln) => (
              <option key={gln} value={gln}>
                {placeName(view, gln)}
              </option>
            ))}
          </select>
          <select
            aria-label="What became of it"
            value={outcome}
            onChange={(event) => setOutcome(event.currentTarget.value as Outcome)}
          >
            {outcomes.map(([value, label]) => (
              <option key={value} value={value}>
                all {label}
              </option>
            ))}
          </select>
          <input name="note" aria-label="Note" placeholder="Note" maxLength={2000} />
          <button type="submit" className="primary" disabled={isPending || chosen.length === 0}>
            {isPending
              ? `Recording, ${formatNumber(done)} of ${formatNumber(chosen.length)}…`
              : `Record ${formatNumber(chosen.length)} ${chosen.length === 1 ? 'line' : 'lines'}`}
          </button>
        </div>
        <FormError id={`${id}-error`} error={error} />
      </form>
    </details>
  );
}

function asExpected({ place, item, expected }: RecallLine, outcome: Outcome, note: string | null): Finding {
  const nothing = { quarantined: '0', returned: '0', destroyed: '0', sold: '0', notFound: '0' };
  const { amount = '0', uom = null } = expected ?? {};
  return { place, item, uom, ...nothing, [outcome]: amount, note };
}
