import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { explain } from '../api/explain.ts';
import { fetchUpload, type Mapping, mapSheet, type Preview, type ReadUpload, type Steps } from '../api/sheets.ts';
import { fetchSites } from '../api/sites.ts';
import { formatNumber } from '../format/number.ts';
import { Message } from '../shell/message.tsx';
import { Section } from '../shell/section.tsx';
import { FieldRow } from './field-row.tsx';
import { FirstRows } from './first-rows.tsx';
import { ReadingOptions } from './reading-options.tsx';
import { ownTimeZone } from './time-zones.ts';
import { unknownUnitWords } from './unit-words.ts';

interface Props {
  readonly steps: Steps;
  readonly upload: ReadUpload;
  readonly mapping: Mapping;
  /** What the last look has shown, where there was one. */
  readonly preview: Preview | null;
  readonly onPreview: (upload: ReadUpload, mapping: Mapping, preview: Preview) => void;
  readonly onStartOver: () => void;
}

/** Says which column is what, and how dates, numbers and units are written. */
export function MapColumns({ steps, upload: first, mapping: proposed, preview, onPreview, onStartOver }: Props) {
  const places = useId();
  const [upload, setUpload] = useState(first);
  const [mapping, setMapping] = useState(proposed);
  const sites = useQuery({ queryKey: ['sites'], queryFn: ({ signal }) => fetchSites(signal) });
  const reread = useMutation({
    mutationFn: (at: { step?: string; sheet?: string | null; headerRow?: number }) =>
      fetchUpload(upload.id, { step: mapping.step, sheet: upload.sheet, timeZone: ownTimeZone(), ...at }),
    onSuccess: (again) => {
      setUpload(again);
      setMapping(again.proposal.mapping);
    },
  });
  const look = useMutation({
    mutationFn: () => mapSheet(upload.id, mapping),
    onSuccess: (shown) => onPreview(upload, mapping, shown),
  });
  const step = steps.steps.find((each) => each.step === mapping.step) ?? steps.steps[0];
  if (!step) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    look.mutate();
  };
  const error = look.error ?? reread.error;
  const words = preview === null ? [] : unknownUnitWords(preview, mapping);
  const before = upload.capturedBefore[0];
  return (
    <form onSubmit={submit}>
      <Section
        title={upload.name}
        aside={`${formatNumber(upload.rows)} ${upload.rows === 1 ? 'row' : 'rows'} · ${howRead(upload)}`}
      >
        {before ? (
          <Message title="This very file was captured before" tone="warn">
            What is on the ledger already will not be captured again.
          </Message>
        ) : null}
        <FirstRows upload={upload} />
        <div className="choices">
          <label>
            What happened
            <select value={step.step} onChange={(event) => reread.mutate({ step: event.currentTarget.value })}>
              {steps.steps.map((each) => (
                <option key={each.step} value={each.step}>
                  {each.label}
                </option>
              ))}
            </select>
          </label>
          {upload.sheets.length > 1 ? (
            <label>
              Sheet
              <select
                value={upload.sheet ?? ''}
                onChange={(event) => reread.mutate({ sheet: event.currentTarget.value })}
              >
                {upload.sheets.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          ) : null}
          <label>
            Row with the names of the columns
            <input
              key={upload.headerRow}
              type="number"
              min={1}
              defaultValue={upload.headerRow}
              onBlur={(event) => {
                const row = event.currentTarget.valueAsNumber;
                if (row >= 1 && row !== upload.headerRow) reread.mutate({ headerRow: row });
              }}
            />
          </label>
        </div>
        <p className="muted">{step.grouping}</p>
      </Section>
      <Section
        title="Columns"
        aside={
          upload.proposal.from === 'remembered'
            ? 'as you mapped this kind of sheet before'
            : 'proposed from their names'
        }
      >
        <div className="field-rows">
          {step.fields.map((field) => (
            <FieldRow
              key={`${step.step} ${field.name}`}
              field={field}
              columns={upload.columns}
              mapping={mapping}
              units={steps.units}
              placesList={places}
              onChange={setMapping}
            />
          ))}
        </div>
        <datalist id={places}>
          {(sites.data?.sites ?? []).map(({ gln, name }) => (
            <option key={gln} value={gln}>
              {name}
            </option>
          ))}
        </datalist>
      </Section>
      <Section title="How it is written">
        <ReadingOptions mapping={mapping} units={steps.units} unknownWords={words} onChange={setMapping} />
      </Section>
      {error ? (
        <Message title={explain(error).title} tone="danger">
          {explain(error).advice}
        </Message>
      ) : null}
      <div className="form-actions">
        <button type="submit" className="primary" disabled={look.isPending || reread.isPending}>
          {look.isPending ? 'Reading all rows…' : 'Show what would be captured'}
        </button>
        <button type="button" className="quiet" onClick={onStartOver}>
          Another file
        </button>
      </div>
    </form>
  );
}

const delimiterNames: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
};

function howRead({ format, encoding, delimiter, sheet }: ReadUpload): string {
  if (format === 'xlsx') return `XLSX, sheet ${sheet ?? ''}`;
  return `CSV with ${delimiterNames[delimiter ?? ''] ?? delimiter}, ${encoding?.toUpperCase() ?? ''}`;
}
