import { type FormEvent, useId, useState } from 'react';
import type { NewRecall } from '../api/run-recalls.ts';
import type { Site } from '../api/sites.ts';
import { Section } from '../shell/section.tsx';
import { FormError, fieldText } from './form-error.tsx';
import { suspectsOf } from './suspects.ts';

const kinds = [
  ['voluntary', 'Voluntary', 'Goods are held everywhere at once.'],
  ['mandatory', 'Mandatory', 'Ordered by an authority. Goods are held everywhere at once.'],
  ['mock', 'Exercise', 'The same with a clock, but no goods are blocked.'],
] as const;
type Kind = (typeof kinds)[number][0];

/** FDA's classes (21 CFR 7.3(m)). */
const classes = [
  ['', 'Not classified yet'],
  ['I', 'I: may cause serious harm or death'],
  ['II', 'II: harm is temporary, or serious harm is remote'],
  ['III', 'III: not likely to cause harm'],
] as const;

interface Props {
  readonly suspect: string;
  readonly kind: Kind;
  readonly sites: readonly Site[];
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onPreview: (recall: NewRecall) => void;
  /** Something was typed: what was previewed may not be what is meant any more. */
  readonly onChange: () => void;
}

/** What is recalled, and why. */
export function NewRecallForm({ suspect, kind: first, sites, isPending, error, onPreview, onChange }: Props) {
  const id = useId();
  const [kind, setKind] = useState<Kind>(first);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const recallClass = fieldText(form, 'class');
    onPreview({
      kind,
      class: recallClass === '' ? null : (recallClass as 'I' | 'II' | 'III'),
      reason: fieldText(form, 'reason'),
      authority: kind === 'mandatory' ? fieldText(form, 'authority') : null,
      returnTo: form.getAll('returnTo').filter((gln) => typeof gln === 'string'),
      suspects: suspectsOf(fieldText(form, 'suspects')),
    });
  };
  return (
    <Section title="What is suspect, and why">
      <form onSubmit={submit} onChange={onChange} className="recall-form">
        <label htmlFor={`${id}-suspects`}>Suspect lots, one a line</label>
        <textarea
          id={`${id}-suspects`}
          name="suspects"
          rows={3}
          required
          defaultValue={suspect}
          aria-describedby={`${id}-hint`}
        />
        <p id={`${id}-hint`} className="muted small">
          A lot number, GTIN and lot number, or any GS1 identifier. Everything that was made of them is found by the
          trace.
        </p>
        <fieldset className="choice">
          <legend className="visually-hidden">Kind of recall</legend>
          {kinds.map(([value, label]) => (
            <label key={value}>
              <input type="radio" name={`${id}-kind`} checked={value === kind} onChange={() => setKind(value)} />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        <p className="muted small">{kinds.find(([value]) => value === kind)?.[2]}</p>
        <label htmlFor={`${id}-reason`}>Reason</label>
        <input id={`${id}-reason`} name="reason" required maxLength={2000} placeholder="Listeria in a sample of …" />
        <label htmlFor={`${id}-class`}>Class</label>
        <select id={`${id}-class`} name="class">
          {classes.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        {kind === 'mandatory' ? (
          <>
            <label htmlFor={`${id}-authority`}>Who ordered it, and under which reference</label>
            <input id={`${id}-authority`} name="authority" required maxLength={2000} />
          </>
        ) : null}
        {sites.length > 0 ? (
          <details>
            <summary>Where goods may be returned to</summary>
            <ul className="return-places">
              {sites.slice(0, maxPlacesOffered).map(({ gln, name }) => (
                <li key={gln}>
                  <label>
                    <input type="checkbox" name="returnTo" value={gln} /> {name}{' '}
                    <span className="muted small">{gln}</span>
                  </label>
                </li>
              ))}
            </ul>
          </details>
        ) : null}
        <div className="form-row">
          <button type="submit" className="primary" disabled={isPending}>
            {isPending ? 'Tracing…' : 'Show what it concerns'}
          </button>
        </div>
        <FormError error={error} />
      </form>
    </Section>
  );
}

const maxPlacesOffered = 100;
