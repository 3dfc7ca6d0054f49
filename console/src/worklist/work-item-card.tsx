import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { explain } from '../api/explain.ts';
import type { Evidence } from '../api/shapes.ts';
import { noteWorkItem, type Severity, type WorkItem, type WorkNote } from '../api/worklist.ts';
import { formatNumber } from '../format/number.ts';
import { organisationName, shortId, stepName } from '../format/term.ts';
import { Link } from '../navigation.tsx';
import { lotPath, unitPath } from '../route.ts';
import { Badge, type BadgeTone } from '../shell/badge.tsx';
import { Identifier } from '../shell/identifier.tsx';
import { Age, Time } from '../shell/time.tsx';
import { numbersOf } from './numbers.ts';

const severities: Readonly<Record<Severity, readonly [BadgeTone, string]>> = {
  act: ['danger', 'Act'],
  look: ['warn', 'Make sure'],
  info: ['neutral', 'Marked'],
};

/** One work item: what is the matter, both numbers, the events that prove it, and what people say of it. */
export function WorkItemCard({ item, mayWork }: { item: WorkItem; mayWork: boolean }) {
  const id = useId();
  const [editing, setEditing] = useState(false);
  const [tone, word] = severities[item.severity];
  const { note, place, otherPlace } = item;
  const numbers = numbersOf(item);
  return (
    <li className="work-item" aria-labelledby={id}>
      <div className="work-head">
        <Badge tone={tone}>{word}</Badge>
        <h3 id={id}>{item.title}</h3>
        <span className="muted small nowrap">
          <Age ms={item.atMs} />
        </span>
      </div>
      <p>
        <Subject item={item} />
        {place ? ` · ${placeText(place)}` : ''}
        {otherPlace ? ` · ${placeText(otherPlace)}` : ''}
        <span className="muted"> · {organisationName(item.mspId)}</span>
        {item.otherMspId ? <span className="muted">, {organisationName(item.otherMspId)}</span> : null}
      </p>
      {numbers.length > 0 ? (
        <dl className="work-numbers">
          {numbers.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {item.state === 'resolved' ? (
        <p className="small">
          <Badge tone="ok">Settled</Badge>{' '}
          {item.resolvedBy === 'ledger' ? 'by a later event on the ledger' : `by ${note?.changedBy ?? 'somebody'}`}
        </p>
      ) : null}
      {note && (note.assignee !== null || note.note !== null) ? (
        <p className="work-note">
          {note.assignee === null ? '' : <strong>{note.assignee}</strong>}
          {note.note === null ? '' : ` “${note.note}”`}{' '}
          <span className="muted small">
            {note.changedBy}, <Age ms={note.changedMs} />
          </span>
        </p>
      ) : null}
      <details className="proof">
        <summary>Proof</summary>
        <dl>
          <EventProof name="Event" evidence={item.event} />
          <EventProof name="About" evidence={item.about} />
          {item.eventId === null ? null : (
            <>
              <dt>Sender’s event id</dt>
              <dd>
                <code>{item.eventId}</code>
              </dd>
            </>
          )}
          {item.closed ? (
            <>
              <dt>Settled by</dt>
              <dd>
                <Identifier id={item.closed.transactionId} name="transaction id" />, block{' '}
                {formatNumber(item.closed.block)}
              </dd>
            </>
          ) : null}
        </dl>
      </details>
      {mayWork && item.resolvedBy !== 'ledger' ? (
        editing ? (
          <NoteForm item={item} onDone={() => setEditing(false)} />
        ) : (
          <button type="button" onClick={() => setEditing(true)} aria-label={`Work on: ${item.title}`}>
            Work on it
          </button>
        )
      ) : null}
    </li>
  );
}

function Subject({ item: { subject } }: { item: WorkItem }) {
  if (subject === null) return <span className="muted">No goods named</span>;
  const { gtin, lot, product, id } = subject;
  const sscc = /\/00\/(\d{18})$/.exec(id)?.[1];
  if (sscc !== undefined) return <Link href={unitPath(sscc)}>Pallet {sscc}</Link>;
  if (gtin === null || lot === null) return <code title={id}>{shortId(id)}</code>;
  return (
    <>
      <Link href={lotPath(gtin, lot)}>{lot}</Link> {product ?? `GTIN ${gtin}`}
    </>
  );
}

function placeText({ name, gln }: { name: string | null; gln: string }): string {
  return name ?? `GLN ${gln}`;
}

function EventProof({ name, evidence }: { name: string; evidence: Evidence | null }) {
  if (!evidence) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {stepName(evidence.bizStep)}, <Time ms={evidence.timeMs} />, by {organisationName(evidence.mspId)}{' '}
        <Identifier id={evidence.event} name="event id" /> in{' '}
        <Identifier id={evidence.transactionId} name="transaction id" />, block {formatNumber(evidence.block)}
      </dd>
    </>
  );
}

/** Who looks after it, what there is to say, and whether it is settled. */
function NoteForm({ item, onDone }: { item: WorkItem; onDone: () => void }) {
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: (note: WorkNote) => noteWorkItem(item.id, note),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['worklist'] });
      onDone();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget, (event.nativeEvent as SubmitEvent).submitter);
    const text = (name: string) => String(form.get(name) ?? '').trim() || null;
    const state = form.get('state');
    mutate({
      assignee: text('assignee'),
      note: text('note'),
      ...(state === 'open' || state === 'resolved' ? { state } : {}),
    });
  };
  return (
    <form onSubmit={submit} className="note-form" aria-label={`Work on: ${item.title}`}>
      <label>
        Who looks after it
        <input name="assignee" maxLength={200} defaultValue={item.note?.assignee ?? ''} />
      </label>
      <label>
        Note
        <textarea name="note" maxLength={2000} rows={2} defaultValue={item.note?.note ?? ''} />
      </label>
      <div className="note-actions">
        <button type="submit" disabled={isPending}>
          {isPending ? 'Saving…' : 'Save'}
        </button>
        {item.state === 'open' ? (
          <button type="submit" name="state" value="resolved" className="primary" disabled={isPending}>
            Save and settle
          </button>
        ) : (
          <button type="submit" name="state" value="open" disabled={isPending}>
            Save and open again
          </button>
        )}
        <button type="button" className="quiet" onClick={onDone} disabled={isPending}>
          Cancel
        </button>
      </div>
      <p className="field-error" role="alert">
        {error ? `${explain(error).title}. ${explain(error).advice}` : ''}
      </p>
    </form>
  );
}
