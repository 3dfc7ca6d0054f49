import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId } from 'react';
import { explain } from '../api/explain.ts';
import { acknowledgeRecall } from '../api/recalls.ts';
import { Section } from '../shell/section.tsx';

interface Props {
  readonly recallId: string;
  readonly version: number;
  /** Whether an earlier version was acknowledged. */
  readonly isAgain: boolean;
}

/** Acknowledges a recall in the organisation's name, with its signature on the ledger. */
export function AcknowledgeForm({ recallId, version, isAgain }: Props) {
  const id = useId();
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: (note: string | null) => acknowledgeRecall(recallId, version, note),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['recall', recallId] }),
        client.invalidateQueries({ queryKey: ['recalls'] }),
      ]),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const note = new FormData(event.currentTarget).get('note');
    mutate(typeof note === 'string' && note.trim() !== '' ? note.trim() : null);
  };
  return (
    <Section title="This waits for your answer" className="attention-section">
      <p className="muted">
        {isAgain
          ? 'The scope has changed since your organisation acknowledged it.'
          : 'Acknowledging says that you know of it. It is signed in your organisation’s name and stays on the ledger, with the time.'}
      </p>
      <form onSubmit={submit} className="field-row">
        <label className="visually-hidden" htmlFor={id}>
          A note to go with it
        </label>
        <input
          id={id}
          name="note"
          maxLength={2000}
          placeholder="A note to go with it"
          aria-describedby={`${id}-error`}
        />
        <button type="submit" className="primary" disabled={isPending}>
          {isPending ? 'Acknowledging…' : `Acknowledge version ${version}`}
        </button>
      </form>
      <p id={`${id}-error`} className="field-error" role="alert">
        {error ? `${explain(error).title}. ${explain(error).advice}` : ''}
      </p>
    </Section>
  );
}
