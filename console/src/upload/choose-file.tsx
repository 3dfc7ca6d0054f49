import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type DragEvent, type FormEvent, useId, useRef, useState } from 'react';
import { explain } from '../api/explain.ts';
import {
  deleteSheet,
  fetchUpload,
  fetchUploads,
  type ReadUpload,
  type Steps,
  type Upload,
  uploadSheet,
} from '../api/sheets.ts';
import { formatNumber } from '../format/number.ts';
import { Link } from '../navigation.tsx';
import { Badge } from '../shell/badge.tsx';
import { Message } from '../shell/message.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { Section } from '../shell/section.tsx';
import { Age } from '../shell/time.tsx';
import { ownTimeZone } from './time-zones.ts';

interface Props {
  readonly steps: Steps;
  readonly onRead: (upload: ReadUpload) => void;
}

/** The file to be uploaded, sheets to fill in, and what was uploaded before. */
export function ChooseFile({ steps, onRead }: Props) {
  return (
    <>
      <Section title="Choose a file" aside="CSV or XLSX, with the names of the columns above their values">
        <FileForm onRead={onRead} />
      </Section>
      <div className="columns">
        <Section title="Recent uploads">
          <RecentUploads steps={steps} onRead={onRead} />
        </Section>
        <Section title="Sheets to fill in">
          <p className="muted">
            Your own sheet will do as well: you say which of its columns is what. Places and products have an{' '}
            <Link href="/master-data">import of their own</Link>.
          </p>
          <ul className="template-list">
            {steps.steps.map(({ step, label }) => (
              <li key={step}>
                <span>{label}</span>
                <a href={`/api/sheets/templates/${step}.xlsx`} download aria-label={`${label} as XLSX`}>
                  XLSX
                </a>
                <a href={`/api/sheets/templates/${step}.csv`} download aria-label={`${label} as CSV`}>
                  CSV
                </a>
              </li>
            ))}
          </ul>
        </Section>
      </div>
    </>
  );
}

function FileForm({ onRead }: Pick<Props, 'onRead'>) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const { mutate, isPending, error } = useMutation({
    mutationFn: (file: File) => uploadSheet(file, ownTimeZone()),
    onSuccess: onRead,
    // The same file may be chosen again once it is mended.
    onSettled: () => {
      if (input.current) input.current.value = '';
    },
  });
  const choose = (event: FormEvent<HTMLInputElement>) => {
    const file = event.currentTarget.files?.[0];
    if (file) mutate(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file && !isPending) mutate(file);
  };
  const hover = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping a file is a shortcut for the field inside. */}
      <div
        className={`drop-zone${over ? ' over' : ''}`}
        onDragOver={hover}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        aria-busy={isPending}
      >
        <label htmlFor={id}>File</label>
        <input
          id={id}
          ref={input}
          type="file"
          accept=".csv,.tsv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
          onChange={choose}
          disabled={isPending}
          aria-describedby={`${id}-help`}
        />
        <p id={`${id}-help`} className="muted small">
          {isPending
            ? 'Reading the file…'
            : 'Choose it, or drop it here. Nothing is captured before you have seen what it would be.'}
        </p>
      </div>
      {error ? (
        <Message title={explain(error).title} tone="danger">
          {explain(error).advice}
        </Message>
      ) : null}
    </>
  );
}

function RecentUploads({ steps, onRead }: Props) {
  const uploads = useQuery({ queryKey: ['sheets'], queryFn: ({ signal }) => fetchUploads(signal) });
  const open = useMutation({
    mutationFn: (id: string) => fetchUpload(id, { timeZone: ownTimeZone() }),
    onSuccess: onRead,
  });
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: deleteSheet,
    onSettled: () => client.invalidateQueries({ queryKey: ['sheets'] }),
  });
  const failed = open.error ?? remove.error;
  return (
    <QueryState query={uploads} loading="Reading the uploads…">
      {(list) =>
        list.length === 0 ? (
          <Message title="Nothing has been uploaded yet" tone="empty" />
        ) : (
          <>
            {failed ? <Message title={explain(failed).title} tone="danger" /> : null}
            <ul className="upload-list">
              {list.map((upload) => (
                <li key={upload.id}>
                  <div>
                    <p className="upload-name">{upload.name}</p>
                    <p className="muted small">
                      {steps.steps.find(({ step }) => step === upload.step)?.label ?? 'Not mapped yet'} ·{' '}
                      <Age ms={upload.capturedMs ?? upload.createdMs} />
                    </p>
                  </div>
                  <State upload={upload} />
                  <div className="upload-actions">
                    {upload.state === 'captured' ? null : (
                      <button
                        type="button"
                        disabled={open.isPending}
                        onClick={() => open.mutate(upload.id)}
                        aria-label={`Go on with ${upload.name}`}
                      >
                        Go on
                      </button>
                    )}
                    {upload.state === 'open' ? (
                      <button
                        type="button"
                        className="quiet"
                        disabled={remove.isPending}
                        onClick={() => remove.mutate(upload.id)}
                        aria-label={`Delete ${upload.name}`}
                      >
                        Delete
                      </button>
                    ) : null}
                  </div>
                </li>
              ))}
            </ul>
          </>
        )
      }
    </QueryState>
  );
}

function State({ upload }: { upload: Upload }) {
  const events = upload.parts.reduce((sum, part) => sum + part.events, 0);
  if (upload.state === 'captured') {
    return <Badge tone="ok">{`${formatNumber(events)} ${events === 1 ? 'event' : 'events'} captured`}</Badge>;
  }
  return upload.state === 'capturing' ? (
    <Badge tone="warn">Captured in part</Badge>
  ) : (
    <Badge tone="neutral">Open</Badge>
  );
}
