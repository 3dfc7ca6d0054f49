import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { explain } from '../api/explain.ts';
import { type Captured, captureSheet, type Mapping, type Preview, type ReadUpload, type Steps } from '../api/sheets.ts';
import { formatNumber } from '../format/number.ts';
import { Message } from '../shell/message.tsx';
import { Section } from '../shell/section.tsx';
import { EventList } from './event-list.tsx';
import { ProblemList } from './problem-list.tsx';
import { SheetTable } from './sheet-table.tsx';

interface Props {
  readonly steps: Steps;
  readonly upload: ReadUpload;
  readonly mapping: Mapping;
  readonly preview: Preview;
  readonly onBack: () => void;
  readonly onStartOver: () => void;
  readonly onCaptured: (captured: Captured) => void;
}

/** What would be captured, with the cells at fault marked and explained; capturing is possible once there is none. */
export function PreviewView({ steps, upload, mapping, preview, onBack, onStartOver, onCaptured }: Props) {
  const [progress, setProgress] = useState<Captured | null>(null);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => captureSheet(upload.id, false, setProgress),
    onSuccess: onCaptured,
  });
  const { counts, problems, events, parts, ready } = preview;
  const step = steps.steps.find((each) => each.step === mapping.step);
  const done = progress?.parts.filter((part) => part.done).length ?? 0;
  return (
    <>
      <Verdict preview={preview} />
      {problems.length > 0 ? (
        <Section title="What to look at" aside={countsText(counts)}>
          <ProblemList preview={preview} fields={step?.fields ?? []} />
        </Section>
      ) : null}
      <Section title="Rows" aside={`${step?.label ?? ''} · ${upload.name}`}>
        <SheetTable preview={preview} mapping={mapping} fields={step?.fields ?? []} />
      </Section>
      {events.length > 0 ? (
        <Section
          title="Events"
          aside={parts.length > 1 ? `in ${formatNumber(parts.length)} transactions` : 'in one transaction'}
        >
          <EventList preview={preview} />
        </Section>
      ) : null}
      {error ? (
        <Message title={explain(error).title} tone="danger">
          {explain(error).advice} What was captured before this stays; capturing again goes on from there.
        </Message>
      ) : null}
      <div className="form-actions">
        <button type="button" className="primary" disabled={!ready || isPending} onClick={() => mutate()}>
          {isPending ? 'Capturing…' : ready ? `Capture ${eventsText(counts.events - counts.known)}` : 'Capture'}
        </button>
        <button type="button" onClick={onBack} disabled={isPending}>
          Back to the columns
        </button>
        <button type="button" className="quiet" onClick={onStartOver} disabled={isPending}>
          Another file
        </button>
        <p role="status" className="muted">
          {isPending && parts.length > 1 ? `${done} of ${parts.length} transactions are on the ledger` : ''}
        </p>
      </div>
    </>
  );
}

function Verdict({ preview: { ready, rehearsed, counts } }: { preview: Preview }) {
  if (!ready) {
    return (
      <Message
        title={
          counts.errors === 0
            ? 'There is nothing to capture'
            : `${formatNumber(counts.errors)} ${counts.errors === 1 ? 'error' : 'errors'}: nothing can be captured until they are mended`
        }
        tone="danger"
      >
        Mend the sheet and upload it again, or go back and map its columns differently.
      </Message>
    );
  }
  const fresh = counts.events - counts.known;
  return (
    <Message
      title={fresh === 0 ? 'All of this is on the ledger already' : `${eventsText(fresh)} can be captured`}
      tone="info"
    >
      {counts.known > 0 && fresh > 0 ? `${eventsText(counts.known)} of this sheet is on the ledger already. ` : ''}
      {rehearsed
        ? 'The ledger has looked at it and would take it as it is.'
        : 'The ledger could not be asked beforehand; it will say when it is captured.'}
    </Message>
  );
}

export function eventsText(count: number): string {
  return `${formatNumber(count)} ${count === 1 ? 'event' : 'events'}`;
}

function countsText({ errors, warnings, notes }: Preview['counts']): string {
  return [
    [errors, 'error'],
    [warnings, 'warning'],
    [notes, 'note'],
  ]
    .filter(([count]) => Number(count) > 0)
    .map(([count, word]) => `${formatNumber(Number(count))} ${word}${count === 1 ? '' : 's'}`)
    .join(', ');
}
