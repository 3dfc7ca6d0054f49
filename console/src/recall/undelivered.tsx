import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { fetchUndelivered, type Notice, retryNotice } from '../api/notices.ts';
import { Badge } from '../shell/badge.tsx';
import { Message } from '../shell/message.tsx';
import { Section } from '../shell/section.tsx';
import { Time } from '../shell/time.tsx';
import { FormError } from './form-error.tsx';

/** Nothing tells this page of an attempt: it asks. */
const askEveryMs = 10_000;

/** Notices that have not arrived, to be worked off: why, when they are tried next, and another try. */
export function Undelivered() {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: ['notices', 'undelivered'],
    queryFn: ({ signal }) => fetchUndelivered(signal),
    refetchInterval: askEveryMs,
  });
  const { mutate, isPending, error } = useMutation({
    mutationFn: retryNotice,
    onSettled: () => client.invalidateQueries({ queryKey: ['notices'] }),
  });
  if (data === undefined) return null;
  return (
    <Section title="Notices that have not arrived" aside="of recalls, and to whom subscribes to events">
      {data.length === 0 ? <Message title="All that were tried have arrived" tone="empty" /> : null}
      {data.length === 0 ? null : (
        <div className="table-scroll">
          <table className="stacked">
            <thead>
              <tr>
                <th scope="col">To</th>
                <th scope="col">What</th>
                <th scope="col">How it stands</th>
                <th scope="col">Last answer</th>
                <th scope="col">
                  <span className="visually-hidden">What to do</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.map((notice) => (
                <tr key={notice.id}>
                  <th scope="row" className="contact-where">
                    {notice.to.join(', ')}
                  </th>
                  <td data-label="What">{occasions[notice.type] ?? 'Events'}</td>
                  <td data-label="How it stands">
                    <Standing notice={notice} />
                  </td>
                  <td data-label="Last answer" className="contact-where">
                    {lastAnswer(notice)}
                  </td>
                  <td className="answer">
                    <button type="button" disabled={isPending} onClick={() => mutate(notice.id)}>
                      Try now
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <FormError error={error} />
    </Section>
  );
}

const occasions: Readonly<Record<string, string>> = {
  'recall.opened': 'A recall',
  'recall.changed': 'Another scope of a recall',
  'recall.escalated': 'A recall that nobody has acknowledged',
  'recall.closed': 'The end of a recall',
};

/** What a receiver said, or why nobody said anything; nothing where the notice never left. */
function lastAnswer({ last, reason }: Notice): string {
  if (last === null || reason === 'address-refused' || reason === 'insecure' || reason === 'not-configured') return '';
  return `${last.status ?? ''} ${last.answer}`.trim();
}

const reasons: Readonly<Record<string, string>> = {
  'attempts-exhausted': 'nobody took it at any attempt',
  expired: 'its time was over',
  gone: 'the receiver wants no more (410)',
  'address-refused': 'the address is of this machine or of a private network, which the gateway does not allow',
  insecure: 'plain HTTP goes to private addresses only: use HTTPS',
  'not-configured': 'the gateway has no mail server in its options',
  rejected: 'the mail server refused it',
  unreadable: 'its secret cannot be read any more: add the contact again',
};

function Standing({ notice: { state, attempts, nextMs, reason } }: { notice: Notice }) {
  const tries = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  if (state === 'failed') {
    return (
      <>
        <Badge tone="danger">Not reached</Badge>
        <span className="small line">{reasons[reason ?? ''] ?? reason}</span>
        <span className="muted small line">{tries}</span>
      </>
    );
  }
  return (
    <>
      <Badge tone="warn">Waits</Badge>
      <span className="small line">{nextMs === null ? tries : <Next attempts={tries} ms={nextMs} />}</span>
    </>
  );
}

function Next({ attempts, ms }: { attempts: string; ms: number }) {
  return (
    <>
      {attempts}, the next <Time ms={ms} short />
    </>
  );
}
