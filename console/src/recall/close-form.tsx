import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId } from 'react';
import type { Recall } from '../api/recalls.ts';
import { type Closing, closeRecall, fetchOpenItems, type OpenItem } from '../api/run-recalls.ts';
import { formatNumber } from '../format/number.ts';
import { QueryState } from '../shell/query-state.tsx';
import { Section } from '../shell/section.tsx';
import { FormError, fieldText } from './form-error.tsx';
import { lotName, partyName, placeName } from './names.ts';
import { useRecallChange } from './use-recall-change.ts';

const maxReasonsShown = 100;

interface Props {
  readonly view: Recall;
  readonly onDone: () => void;
}

/** Closes a recall: its conclusion, a reason for each thing that is open, and whether the goods may move again. */
export function CloseForm({ view, onDone }: Props) {
  const { recallId, version } = view.recall;
  const query = useQuery({
    queryKey: ['recall', recallId, 'open', version],
    queryFn: ({ signal }) => fetchOpenItems(recallId, signal),
  });
  return (
    <Section title="Close the recall">
      <QueryState query={query} loading="Looking at what is open…">
        {(open) => <ClosingFields view={view} open={open} onDone={onDone} />}
      </QueryState>
    </Section>
  );
}

function ClosingFields({ view, open, onDone }: Props & { open: readonly OpenItem[] }) {
  const id = useId();
  const { recallId, kind } = view.recall;
  const { mutate, isPending, error } = useRecallChange((closing: Closing) => closeRecall(recallId, closing), onDone);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const reasons = open.flatMap((item) => {
      const reason = fieldText(form, keyOf(item));
      return reason === '' ? [] : [{ item, reason }];
    });
    mutate({
      conclusion: fieldText(form, 'conclusion'),
      release: form.get('release') !== null,
      reasons,
      otherwise: fieldText(form, 'otherwise') || null,
    });
  };
  const nameOf = (item: OpenItem) =>
    item.open === 'organisation'
      ? `${partyName(view, item.mspId)} has not acknowledged`
      : `${lotName(view, item.item)} at ${placeName(view, item.place)}: no report`;
  return (
    <form onSubmit={submit} className="recall-form">
      {open.length === 0 ? (
        <p>Everybody has acknowledged, and all goods are reported.</p>
      ) : (
        <fieldset className="open-items">
          <legend>
            {formatNumber(open.length)} {open.length === 1 ? 'thing is' : 'things are'} open: each needs a reason
          </legend>
          <label htmlFor={`${id}-otherwise`}>For all that have none of their own</label>
          <input id={`${id}-otherwise`} name="otherwise" maxLength={2000} />
          <ul>
            {open.slice(0, maxReasonsShown).map((item) => (
              <li key={keyOf(item)}>
                <label>
                  {nameOf(item)}
                  <input name={keyOf(item)} maxLength={2000} placeholder="the reason above" />
                </label>
              </li>
            ))}
          </ul>
          {open.length > maxReasonsShown ? (
            <p className="muted small">
              and {formatNumber(open.length - maxReasonsShown)} more, under the reason above
            </p>
          ) : null}
        </fieldset>
      )}
      <label htmlFor={`${id}-conclusion`}>Conclusion</label>
      <textarea id={`${id}-conclusion`} name="conclusion" rows={2} required maxLength={2000} />
      {kind === 'mock' ? null : (
        <label className="filter-check">
          <input type="checkbox" name="release" />
          Let the goods go: they can be moved and sold again
        </label>
      )}
      <div className="form-row">
        <button type="submit" className="primary" disabled={isPending}>
          {isPending ? 'Writing it on the ledger…' : 'Close it'}
        </button>
        <button type="button" className="quiet" onClick={onDone} disabled={isPending}>
          Cancel
        </button>
      </div>
      <FormError error={error} />
    </form>
  );
}

function keyOf(item: OpenItem): string {
  return item.open === 'organisation' ? `organisation ${item.mspId}` : `goods ${item.place} ${item.item}`;
}
