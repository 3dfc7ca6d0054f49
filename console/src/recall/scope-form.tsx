import { type FormEvent, useId, useState } from 'react';
import type { Recall } from '../api/recalls.ts';
import { changeScope, type ScopeChange } from '../api/run-recalls.ts';
import { formatNumber } from '../format/number.ts';
import { Section } from '../shell/section.tsx';
import { FormError, fieldText } from './form-error.tsx';
import { lotName } from './names.ts';
import { suspectsOf } from './suspects.ts';
import { useRecallChange } from './use-recall-change.ts';

const maxLotsOffered = 500;

/** Widens and narrows a scope in one step, with its reason: everybody is told of the new version. */
export function ScopeForm({ view, onDone }: { view: Recall; onDone: () => void }) {
  const id = useId();
  const { recall, missing } = view;
  const [find, setFind] = useState('');
  const { mutate, isPending, error } = useRecallChange(
    (change: ScopeChange) => changeScope(recall.recallId, change),
    onDone,
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    mutate({
      reason: fieldText(form, 'reason'),
      suspects: suspectsOf(fieldText(form, 'suspects')),
      remove: form.getAll('remove').filter((item) => typeof item === 'string'),
      retrace: form.get('retrace') !== null,
    });
  };
  const current = view.lots.filter(({ toVersion }) => toVersion === null);
  const isFound = (text: string) => text.toLowerCase().includes(find.trim().toLowerCase());
  return (
    <Section
      title="Widen or narrow the scope"
      aside={`makes version ${recall.version + 1}, which everybody is told of`}
    >
      <form onSubmit={submit} className="recall-form">
        <label htmlFor={`${id}-suspects`}>More suspect lots, one a line</label>
        <textarea id={`${id}-suspects`} name="suspects" rows={2} aria-describedby={`${id}-hint`} />
        <p id={`${id}-hint`} className="muted small">
          A lot number, GTIN and lot number, or any GS1 identifier. What was made of them comes along.
        </p>
        {missing.length > 0 ? (
          <label className="filter-check">
            <input type="checkbox" name="retrace" defaultChecked />
            Take in {formatNumber(missing.length)} {missing.length === 1 ? 'lot' : 'lots'} that were made of these goods
            since
          </label>
        ) : null}
        <fieldset className="let-out">
          <legend>Lots to let out, and off hold</legend>
          {current.length > maxLotsInSight ? (
            <input
              type="search"
              aria-label="Find a lot of the scope"
              placeholder="Find a lot"
              value={find}
              onChange={(event) => setFind(event.currentTarget.value)}
            />
          ) : null}
          <ul>
            {current.slice(0, maxLotsOffered).map(({ item, product }) => (
              // Hidden and not left out: what is ticked stays so while somebody looks for the next one.
              <li key={item} hidden={!isFound(`${lotName(view, item)} ${product ?? ''}`)}>
                <label>
                  <input type="checkbox" name="remove" value={item} /> {lotName(view, item)}{' '}
                  <span className="muted small">{product ?? ''}</span>
                </label>
              </li>
            ))}
          </ul>
          {current.length > maxLotsOffered ? (
            <p className="muted small">
              The first {formatNumber(maxLotsOffered)} of {formatNumber(current.length)} are shown; others are let out
              by the interface for machines.
            </p>
          ) : null}
        </fieldset>
        <label htmlFor={`${id}-reason`}>Reason</label>
        <input id={`${id}-reason`} name="reason" required maxLength={2000} />
        <div className="form-row">
          <button type="submit" className="primary" disabled={isPending}>
            {isPending ? 'Writing it on the ledger…' : 'Change the scope'}
          </button>
          <button type="button" className="quiet" onClick={onDone} disabled={isPending}>
            Cancel
          </button>
        </div>
        <FormError error={error} />
      </form>
    </Section>
  );
}

const maxLotsInSight = 10;
