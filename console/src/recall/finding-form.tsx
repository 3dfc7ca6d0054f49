import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useId, useRef } from 'react';
import { type Finding, type RecallLine, recordFindings } from '../api/recalls.ts';
import { unitName } from '../format/number.ts';
import { FormError } from './form-error.tsx';

const fields = [
  ['quarantined', 'Quarantined'],
  ['returned', 'Returned'],
  ['destroyed', 'Destroyed'],
  ['sold', 'Sold'],
  ['notFound', 'Not found'],
] as const;

interface Props {
  readonly recallId: string;
  readonly line: RecallLine;
  /** Which lot at which place. */
  readonly name: string;
  readonly onDone: () => void;
}

/** What was found of a lot at a place, and what became of it: all of it, in place of what was said before. */
export function FindingForm({ recallId, line, name, onDone }: Props) {
  const id = useId();
  const first = useRef<HTMLInputElement>(null);
  const client = useQueryClient();
  const { finding, expected } = line;
  const uom = finding?.uom ?? expected?.uom ?? null;
  const { mutate, isPending, error } = useMutation({
    mutationFn: (found: Finding) => recordFindings(recallId, [found]),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['recall', recallId] });
      onDone();
    },
  });
  useEffect(() => first.current?.focus(), []);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (field: string) => String(form.get(field) ?? '').trim();
    const amount = (field: string) => decimalText(text(field));
    mutate({
      place: line.place,
      item: line.item,
      uom,
      quarantined: amount('quarantined'),
      returned: amount('returned'),
      destroyed: amount('destroyed'),
      sold: amount('sold'),
      notFound: amount('notFound'),
      note: text('note') === '' ? null : text('note'),
    });
  };
  return (
    <form onSubmit={submit} className="finding-form" aria-label={`What was found of ${name}`}>
      <p className="muted small">
        Amounts in {unitName(uom)}, of what was here when the lot was recalled: what came back to here is counted where
        it came from. What you say replaces what was said before.
      </p>
      <div className="finding-fields">
        {fields.map(([field, label], index) => (
          <label key={field}>
            {label}
            <input
              name={field}
              ref={index === 0 ? first : null}
              inputMode="decimal"
              pattern="\d{1,15}(\.\d{1,12})?"
              title="A number such as 12 or 2.5"
              defaultValue={finding === null || finding[field] === '0' ? '' : finding[field]}
              placeholder="0"
            />
          </label>
        ))}
        <label className="finding-note">
          Note
          <input name="note" maxLength={2000} defaultValue={finding?.note ?? ''} />
        </label>
      </div>
      <div className="form-row">
        <button type="submit" className="primary" disabled={isPending}>
          {isPending ? 'Recording…' : 'Record on the ledger'}
        </button>
        <button type="button" className="quiet" onClick={onDone} disabled={isPending}>
          Cancel
        </button>
      </div>
      <FormError id={`${id}-error`} error={error} />
    </form>
  );
}

/** An amount as the ledger takes it: no leading zeros, no zeros at the end of a fraction, nothing is 0. */
function decimalText(text: string): string {
  const [whole = '', fraction = ''] = text.split('.');
  const rest = fraction.replace(/0+$/, '');
  return `${whole.replace(/^0+(?=\d)/, '') || '0'}${rest === '' ? '' : `.${rest}`}`;
}
