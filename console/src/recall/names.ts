import type { Recall, RecallLine, RecallRecord, RecallStep } from '../api/recalls.ts';
import { formatNumber } from '../format/number.ts';
import { organisationName, shortId } from '../format/term.ts';
import { formatDuration } from '../format/time.ts';

/** What a recall is called: `Mandatory recall, class I`. */
export function recallTitle({ kind, class: recallClass }: RecallRecord): string {
  const name = { mock: 'Mock recall', voluntary: 'Voluntary recall', mandatory: 'Mandatory recall' }[kind];
  return recallClass === null ? name : `${name}, class ${recallClass}`;
}

/** A lot of a recall by its number; by its identifier where it has none. */
export function lotName({ lots }: Recall, item: string): string {
  const lot = lots.find((each) => each.item === item);
  return lot?.lot ?? lot?.serial ?? shortId(item);
}

export function placeName({ places }: Recall, gln: string): string {
  return places.find((each) => each.gln === gln)?.name ?? `GLN ${gln}`;
}

export function partyName({ organisations, recall, openedBy }: Recall, mspId: string | null): string {
  if (mspId === null) return 'Nobody of the network';
  if (mspId === recall.mspId) return openedBy;
  return organisations.find((each) => each.mspId === mspId)?.name ?? organisationName(mspId);
}

/** Lines that still want an answer: something was expected there, and not all of it is accounted for. */
export function isOpen({ open, expected }: RecallLine): boolean {
  return open === null ? expected !== null : open.amount !== '0';
}

/** How long each stage took, from when the clock began to run. */
export function clockText({
  recall,
  organisations,
  times,
}: Pick<Recall, 'recall' | 'organisations' | 'times'>): string {
  const { timeToScopeMs, timeToHoldMs, timeToAcknowledgementsMs } = times;
  const after = (ms: number) => (ms < 1_000 ? 'within a second' : `after ${formatDuration(ms)}`);
  const held = timeToHoldMs === null ? 'not everything yet' : after(timeToHoldMs);
  const answers = timeToAcknowledgementsMs === null ? 'not all yet' : after(timeToAcknowledgementsMs);
  return [
    `Scope known ${after(timeToScopeMs)}`,
    `${recall.kind === 'mock' ? 'on the ledger' : 'on hold'} everywhere: ${held}`,
    ...(organisations.length === 0 ? [] : [`acknowledged by all: ${answers}`]),
  ].join(' · ');
}

/** That lots of the frozen scope are not on the ledger: a recall that is not whole has to say so. */
export function toComeText({ lotsToCome, recall }: Pick<Recall, 'lotsToCome' | 'recall'>): string {
  const lots = lotsToCome === 1 ? '1 lot' : `${formatNumber(lotsToCome)} lots`;
  const be = lotsToCome === 1 ? ['is', 'was'] : ['are', 'were'];
  const where = recall.kind === 'mock' ? 'on the ledger' : 'on hold';
  return recall.state === 'open'
    ? `${lots} of the scope ${be[0]} not ${where} yet`
    : `${lots} of the scope ${be[1]} never ${where}`;
}

const nothing = ['', ''] as const;

/** A step of a recall in words: what was done, and more about it. */
export function stepText(view: Recall, { act }: RecallStep): readonly [what: string, more: string] {
  const lots = (count = 0) => `${count} ${count === 1 ? 'lot' : 'lots'}`;
  switch (act.step) {
    case 'opened':
      return [`Opened with ${lots(act.added)}`, act.reason ?? ''];
    case 'scope-changed':
      return [
        `Scope changed: ${lots(act.added)} more, ${lots(act.removed)} fewer (version ${act.version})`,
        act.reason ?? '',
      ];
    case 'notified': {
      const told = [...(act.addressees ?? []).map((mspId) => partyName(view, mspId)), ...(act.outside ?? [])];
      return [`Notice of version ${act.version} delivered`, told.join(', ')];
    }
    case 'acknowledged':
      return [`Version ${act.version} acknowledged`, act.by ?? ''];
    case 'found': {
      const places = new Set((act.findings ?? []).map(({ place }) => placeName(view, place)));
      return ['Findings recorded', [...places].join(', ')];
    }
    case 'closed':
      return ['Closed', act.conclusion ?? ''];
    case 'reopened':
      return ['Opened again', act.reason ?? ''];
    default:
      return nothing;
  }
}
