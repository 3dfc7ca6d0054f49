import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId } from 'react';
import { fetchSites } from '../api/sites.ts';
import type { Asked } from './asked.ts';

interface Props {
  readonly asked: Asked;
  readonly isPending: boolean;
  readonly onAsk: (asked: Asked) => void;
}

const traces = [
  ['', 'These lots alone'],
  ['back', 'Also what they were made of'],
  ['forward', 'Also what was made of them'],
  ['both', 'Both of these too'],
] as const;

/** Which records are wanted: as a regulator asks for them, by lots, places and days. */
export function SelectionForm({ asked, isPending, onAsk }: Props) {
  const help = useId();
  const places = useId();
  const sites = useQuery({ queryKey: ['sites'], queryFn: ({ signal }) => fetchSites(signal) });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    onAsk({
      lots: text('lots'),
      place: text('place'),
      from: text('from'),
      to: text('to'),
      trace: text('trace'),
    });
  };
  return (
    <form onSubmit={submit} className="records-form">
      <label className="records-lots">
        Lots, one a line
        <textarea
          name="lots"
          rows={5}
          defaultValue={asked.lots}
          maxLength={50_000}
          spellCheck={false}
          autoCapitalize="off"
          aria-describedby={help}
        />
        <span id={help} className="muted small">
          A lot number, GTIN and lot number, or the text or link of a label. Leave it empty for all lots of a place or
          time.
        </span>
      </label>
      <div className="choices">
        <label>
          Other lots
          <select name="trace" defaultValue={asked.trace}>
            {traces.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          Place
          <input name="place" list={places} defaultValue={asked.place} placeholder="All places" autoComplete="off" />
        </label>
        <label>
          From
          <input name="from" type="date" defaultValue={asked.from} />
        </label>
        <label>
          To
          <input name="to" type="date" defaultValue={asked.to} />
        </label>
      </div>
      <datalist id={places}>
        {(sites.data?.sites ?? []).map(({ gln, name }) => (
          <option key={gln} value={gln}>
            {name}
          </option>
        ))}
      </datalist>
      <div className="form-actions">
        <button type="submit" className="primary" disabled={isPending}>
          {isPending ? 'Checking…' : 'Check the records'}
        </button>
      </div>
    </form>
  );
}
