import { createHash } from 'node:crypto';
import type { RecallRecord } from '@hopline/protocol';
import type { Notice, NoticeChannel } from '../notify/notice.ts';
import { escapeHtml } from './html.ts';
import { recallLimits } from './limits.ts';

/** Why somebody is told. */
export type Occasion = 'opened' | 'changed' | 'escalated' | 'closed';

/** One notice of a recall that is due. */
export interface DueNotice {
  readonly recall: RecallRecord;
  readonly openedBy: string;
  /** Canonical identifiers of the lots that the notice is about. */
  readonly lots: readonly string[];
  readonly party: string;
  readonly contact: { readonly id: string; readonly name: string; readonly channel: NoticeChannel };
  readonly occasion: Occasion;
  readonly nowMs: number;
  /** The gateway that tells: where its organisation can look. */
  readonly gateway: { readonly mspId: string; readonly url: string };
}

/**
 * The id of the notice that tells a contact of a version of a recall, or of its end: whoever makes it again after a crash
 * makes the same. 43 characters of base64url, since webhooks' ids are short of characters.
 */
export function noticeId(
  { recallId, version, closedAtMs }: Pick<RecallRecord, 'recallId' | 'version' | 'closedAtMs'>,
  contact: string,
): string {
  const stage = closedAtMs === null ? `version ${version}` : `closed ${closedAtMs}`;
  return `recall_${createHash('sha256').update([recallId, stage, contact].join('\n')).digest('base64url')}`;
}

const maxLotsInText = 50;

/** Puts a notice into words: a CloudEvent for webhooks, text and HTML for people. */
export function composeNotice(due: DueNotice): Notice {
  const { recall, party, contact, occasion, nowMs, gateway, lots, openedBy } = due;
  const id = noticeId(recall, contact.id);
  const lines = linesOf(due);
  const title = titleOf(due);
  const more = lots.length > maxLotsInText ? [`… and ${lots.length - maxLotsInText} more`] : [];
  const links = [
    ['See it and answer (sign in there):', pageUrlOf(due)],
    ['Report:', reportUrlOf(due)],
  ] as const;
  const shown = [...lots.slice(0, maxLotsInText), ...more];
  return {
    id,
    channel: contact.channel,
    type: `recall.${occasion}`,
    subject: title.slice(0, 300),
    payload: {
      specversion: '1.0',
      id,
      source: `urn:hopline:${gateway.mspId}`,
      type: `org.hopline.recall.${occasion}.v1`,
      subject: recall.recallId,
      time: new Date(nowMs).toISOString(),
      datacontenttype: 'application/json',
      data: {
        recallId: recall.recallId,
        version: recall.version,
        kind: recall.kind,
        class: recall.class,
        reason: recall.reason,
        authority: recall.authority,
        state: recall.state,
        conclusion: recall.conclusion,
        openedBy: { mspId: recall.mspId, name: openedBy },
        openedAtMs: recall.openedAtMs,
        party,
        returnTo: recall.returnTo,
        // The first of them; all are at `url`.
        lots: lots.slice(0, recallLimits.maxLotsInNotice),
        lotCount: lots.length,
        url: reportUrlOf(due),
      },
    },
    text: [title, '', ...lines, '', 'Lots:', ...shown, '', ...links.map((link) => link.join(' '))].join('\n'),
    html: `<h1>${escapeHtml(title)}</h1>${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}<ul>${shown
      .map((lot) => `<li>${escapeHtml(lot)}</li>`)
      .join('')}</ul>${links
      .map(([what, url]) => `<p>${what} <a href="${escapeHtml(url)}">${escapeHtml(url)}</a></p>`)
      .join('')}`,
    notAfterMs: nowMs + recallLimits.noticeValidMs,
  };
}

function reportUrlOf({ gateway, recall }: DueNotice): string {
  return `${gateway.url}/api/recalls/${encodeURIComponent(recall.recallId)}/report`;
}

/** For people: the page lets them sign in, and answer. */
function pageUrlOf({ gateway, recall }: DueNotice): string {
  return `${gateway.url}/recalls/${encodeURIComponent(recall.recallId)}`;
}

function titleOf({ recall, occasion }: DueNotice): string {
  // A break would begin another header of an e-mail.
  const reason = recall.reason.replace(/\s+/g, ' ').slice(0, 120);
  const what =
    recall.kind === 'mock' ? 'EXERCISE: mock recall' : `Recall${recall.class ? ` (class ${recall.class})` : ''}`;
  switch (occasion) {
    case 'opened':
      return `${what} ${recall.recallId}: ${reason}`;
    case 'changed':
      return `${what} ${recall.recallId}, scope changed (version ${recall.version}): ${reason}`;
    case 'escalated':
      return `No answer yet: ${what} ${recall.recallId}: ${reason}`;
    case 'closed':
      return `${what} ${recall.recallId} is closed`;
  }
}

function linesOf({ recall, occasion, openedBy, lots }: DueNotice): string[] {
  const { kind, authority, returnTo, conclusion } = recall;
  if (occasion === 'closed') return [`${openedBy} has closed the recall: ${conclusion ?? ''}`];
  return [
    ...(kind === 'mock' ? ['This is an exercise. Act as you would, but do not block or destroy any goods.'] : []),
    `${openedBy} recalls ${lots.length} ${lots.length === 1 ? 'lot' : 'lots'}: ${recall.reason}`,
    ...(authority === null ? [] : [`Ordered by: ${authority}`]),
    ...(kind === 'mock' ? [] : ['The goods are on hold: they cannot be shipped, packed, used or sold.']),
    ...(returnTo.length === 0 ? [] : [`Goods may be returned to: ${returnTo.join(', ')}`]),
    'Please acknowledge, look for the goods, and record what you find.',
  ];
}
