import { useId } from 'react';
import type { Field, Mapping, ReadUpload, Steps } from '../api/sheets.ts';

interface Props {
  readonly field: Field;
  readonly columns: ReadUpload['columns'];
  readonly mapping: Mapping;
  readonly units: Steps['units'];
  /** Id of the list of places to choose from. */
  readonly placesList: string;
  readonly onChange: (mapping: Mapping) => void;
}

/** One field of the step: its column, or one value for all rows. */
export function FieldRow({ field, columns, mapping, units, placesList, onChange }: Props) {
  const id = useId();
  const column = mapping.columns[field.name];
  const constant = mapping.constants[field.name] ?? '';
  const chosen = columns.find((each) => each.column === column);
  const setColumn = (value: string) => {
    const { [field.name]: _, ...others } = mapping.columns;
    onChange({ ...mapping, columns: value === '' ? others : { ...others, [field.name]: Number(value) } });
  };
  const setConstant = (value: string) => {
    const { [field.name]: _, ...others } = mapping.constants;
    onChange({ ...mapping, constants: value === '' ? others : { ...others, [field.name]: value } });
  };
  const isPlace = field.kind === 'place' || field.kind === 'partner';
  return (
    <fieldset className="field-line">
      <legend className="visually-hidden">{field.label}</legend>
      <div className="field-name">
        <label htmlFor={id}>
          {field.label}
          {field.required ? <span className="required"> needed</span> : null}
        </label>
        <p id={`${id}-help`} className="muted small">
          {field.help}
        </p>
      </div>
      <select
        id={id}
        value={column ?? ''}
        onChange={(event) => setColumn(event.currentTarget.value)}
        aria-describedby={`${id}-help`}
      >
        <option value="">No column</option>
        {columns.map(({ column: index, letters, name, samples }) => (
          <option key={index} value={index}>
            {`${letters} · ${name || 'without a name'}${samples[0] === undefined ? '' : ` (${shortened(samples[0])})`}`}
          </option>
        ))}
      </select>
      {field.kind === 'unit' ? (
        <select
          value={constant}
          onChange={(event) => setConstant(event.currentTarget.value)}
          aria-label={`${field.label}, one for all rows`}
        >
          <option value="">{chosen ? 'where empty: none' : 'as behind the amount'}</option>
          {units.map(({ label, word }) => (
            <option key={word} value={word}>
              {label}
            </option>
          ))}
        </select>
      ) : (
        <input
          value={constant}
          onChange={(event) => setConstant(event.currentTarget.value)}
          aria-label={`${field.label}, one value for all rows`}
          placeholder={chosen ? 'where empty' : `for all rows, as ${field.example}`}
          maxLength={200}
          {...(isPlace ? { list: placesList } : {})}
        />
      )}
    </fieldset>
  );
}

const maxSampleChars = 24;

function shortened(text: string): string {
  return text.length <= maxSampleChars ? text : `${text.slice(0, maxSampleChars - 1)}…`;
}
