import { type FormEvent, useId } from 'react';
import type { Recall } from '../api/recalls.ts';
import { reopenRecall } from '../api/run-recalls.ts';
import { Section } from '../shell/section.tsx';
import { FormError, fieldText } from './form-error.tsx';
import { useRecallChange } from './use-recall-change.ts';

/** Opens a closed recall again, with its last scope on hold. */
export function ReopenForm({ view, onDone }: { view: Recall; onDone: () => void }) {
  const id = useId();
  const { recallId } = view.recall;
  const { mutate, isPending, error } = useRecallChange((reason: string) => reopenRecall(recallId, reason), onDone);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    mutate(fieldText(new FormData(event.currentTarget), 'reason'));
  };
  return (
    <Section title="Open it again" aside="its last scope is on hold from then on">
      <form onSubmit={submit} className="recall-form">
        <label htmlFor={`${id}-reason`}>Reason</label>
        <input id={`${id}-reason`} name="reason" required maxLength={2000} />
        <div className="form-row">
          <button type="submit" className="primary" disabled={isPending}>
            {isPending ? 'Writing it on the ledger…' : 'Open it again'}
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
