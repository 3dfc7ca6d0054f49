import { type FormEvent, useId, useRef, useState } from 'react';
import { type MasterDataKinds, masterDataKinds } from '../api/master-data.ts';

interface Props {
  readonly isPending: boolean;
  readonly onChoose: (source: { file: File; kind: MasterDataKinds | null }) => void;
}

/** The file, and what a CSV file holds where its columns do not tell. */
export function ChooseSource({ isPending, onChoose }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [kind, setKind] = useState<MasterDataKinds | null>(null);
  const choose = (event: FormEvent<HTMLInputElement>) => {
    const file = event.currentTarget.files?.[0];
    if (file) onChoose({ file, kind });
    // The same file may be chosen again once it is mended.
    if (input.current) input.current.value = '';
  };
  return (
    <div className="drop-zone">
      <label htmlFor={id}>File</label>
      <input
        id={id}
        ref={input}
        type="file"
        accept=".csv,.tsv,.txt,.xlsx,.json,.jsonld"
        onChange={choose}
        disabled={isPending}
        aria-describedby={`${id}-help`}
      />
      <label className="source-kind">
        A CSV file holds{' '}
        <select
          value={kind ?? ''}
          onChange={(event) => setKind(masterDataKinds.find((each) => each === event.currentTarget.value) ?? null)}
        >
          <option value="">what its columns say</option>
          {masterDataKinds.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <p id={`${id}-help`} className="muted small">
        {isPending
          ? 'Reading the file…'
          : 'Nothing is written before you have seen what would change. Columns are GLN or GTIN, name, street, city, state, ZIP code, country, phone, FDA registration, growing area; commodity, variety, packaging size and style, and so on.'}
      </p>
    </div>
  );
}
