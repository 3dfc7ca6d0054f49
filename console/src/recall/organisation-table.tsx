import type { Recall, RecallNotice, RecallOrganisation } from '../api/recalls.ts';
import { formatNumber } from '../format/number.ts';
import { Link } from '../navigation.tsx';
import { Badge } from '../shell/badge.tsx';
import { Message } from '../shell/message.tsx';
import { Time } from '../shell/time.tsx';
import { placeName } from './names.ts';

/** Who is concerned: when each was told, has acknowledged, and has said what it found; and who will be told next. */
export function OrganisationTable({ view, mspId }: { view: Recall; mspId: string | null }) {
  const { organisations, outside, recall } = view;
  if (organisations.length + outside.length === 0) {
    return <Message title="Nobody but who opened it is concerned" tone="empty" />;
  }
  return (
    <div className="table-scroll">
      <table className="organisations stacked">
        <thead>
          <tr>
            <th scope="col">Organisation</th>
            <th scope="col">Told</th>
            <th scope="col">Acknowledged</th>
            <th scope="col" className="number">
              Findings
            </th>
          </tr>
        </thead>
        <tbody>
          {organisations.map((organisation) => (
            <tr key={organisation.mspId}>
              <th scope="row">
                {organisation.name}
                {organisation.mspId === mspId ? <span className="muted"> (you)</span> : null}
                <span className="muted small line">{organisation.roles.join(', ')}</span>
              </th>
              <td data-label="Told">
                <Told organisation={organisation} openedAtMs={recall.openedAtMs} />
              </td>
              <td data-label="Acknowledged">
                <Answer organisation={organisation} isOpen={recall.state === 'open'} />
              </td>
              <td className="number" data-label="Findings">
                {formatNumber(organisation.linesFound)} of {formatNumber(organisation.lines)}
              </td>
            </tr>
          ))}
          {outside.map(({ gln, notifiedAtMs, noContact, notices }) => (
            <tr key={gln}>
              <th scope="row">
                {placeName(view, gln)}
                <span className="muted small line">outside the network</span>
              </th>
              <td data-label="Told">
                {notifiedAtMs === null ? (
                  <Badge tone="warn">{noContact ? 'No contact known' : 'Not delivered yet'}</Badge>
                ) : (
                  <Time ms={notifiedAtMs} short />
                )}
                <UnreadNotices notices={notices} />
              </td>
              <td data-label="Acknowledged" className="muted">
                cannot, on the ledger
              </td>
              <td className="number" data-label="Findings" />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Told({ organisation, openedAtMs }: { organisation: RecallOrganisation; openedAtMs: number }) {
  const { notifiedAtMs, noContact, notices } = organisation;
  return (
    <>
      <Time ms={openedAtMs} short />
      <span className="muted small line">by the ledger</span>
      {notifiedAtMs === null ? (
        noContact ? (
          <Link href="/recalls/contacts" className="small line">
            no contact known here
          </Link>
        ) : null
      ) : (
        <span className="small line">
          notice delivered <Time ms={notifiedAtMs} short />
        </span>
      )}
      {notices.some(({ escalation }) => escalation) ? <span className="small line">told again, escalated</span> : null}
      <UnreadNotices notices={notices} />
    </>
  );
}

function UnreadNotices({ notices }: { notices: readonly RecallNotice[] }) {
  const unread = notices.filter(({ state }) => state === 'failed' || state === 'queued');
  return unread.map(({ id, contact, state }) => (
    <span key={id} className="small line">
      <Badge tone={state === 'failed' ? 'danger' : 'warn'}>{state === 'failed' ? 'Not reached' : 'Under way'}</Badge>{' '}
      <Link href="/recalls/contacts">{contact}</Link>
    </span>
  ));
}

function Answer({ organisation, isOpen }: { organisation: RecallOrganisation; isOpen: boolean }) {
  const { acknowledgement, isCurrent, escalation } = organisation;
  return (
    <>
      {acknowledgement ? (
        <>
          <Time ms={acknowledgement.atMs} short />{' '}
          {isCurrent ? <Badge tone="ok">Yes</Badge> : <Badge tone="warn">An earlier version</Badge>}
          <span className="muted small line">by {acknowledgement.by}</span>
          {acknowledgement.note === null ? null : <span className="small line">“{acknowledgement.note}”</span>}
        </>
      ) : (
        <Badge tone={isOpen ? 'danger' : 'neutral'}>Not yet</Badge>
      )}
      {escalation ? (
        <span className="small line">
          {escalation.contact} is told <Time ms={escalation.dueMs} short />
        </span>
      ) : null}
    </>
  );
}
