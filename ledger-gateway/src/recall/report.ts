import type { AsOf } from '../query/freshness.ts';
import { html, Markup } from './html.ts';
import type { RecallView } from './read-recall.ts';
import { chronology, evidenceSection, goodsSection, lotsSection, organisationsSection } from './report-sections.ts';
import { reportStyle } from './report-style.ts';
import { amountText, counted, percentText, timeText, tookText } from './report-text.ts';

/**
 * The report of a recall as a page that needs nothing else: to be printed, kept and handed on. It says what the ledger
 * says, and as of which block.
 */
export function reportPage(view: RecallView & AsOf, { by, nowMs }: { by: string; nowMs: number }): string {
  const { recall } = view;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Recall ${recall.recallId}</title>
<style>${new Markup(reportStyle)}</style>
</head>
<body>
<header>
<div><h1>${titleOf(view)}</h1><div class="muted">${recall.recallId} · opened by ${view.openedBy}</div></div>
<div>${stateBadge(view)}</div>
</header>
${recall.kind === 'mock' ? html`<p class="exercise">Exercise: nothing in this report is a real recall, and no goods were blocked.</p>` : null}
${figures(view)}
${facts(view)}
${goodsSection(view)}
${organisationsSection(view)}
${lotsSection(view)}
${chronology(view)}
${evidenceSection(view)}
<footer class="muted small">
<p>Made for ${by} on ${timeText(nowMs)} from the ledger up to block ${Math.max(0, view.asOf.height - 1)}${
    view.stale ? html`, <b class="bad">which is not its newest state</b>` : null
  }. Times of steps are those of their transactions. Every step is on the ledger under its transaction.</p>
</footer>
</body>
</html>
`;
  return page.text;
}

function titleOf({ recall }: RecallView): string {
  switch (recall.kind) {
    case 'mock':
      return 'Mock recall';
    case 'voluntary':
      return `Voluntary recall${recall.class ? `, class ${recall.class}` : ''}`;
    case 'mandatory':
      return `Mandatory recall${recall.class ? `, class ${recall.class}` : ''}`;
  }
}

function stateBadge({ recall, lots }: RecallView): Markup {
  if (recall.state === 'open') return html`<span class="badge bad">Open</span>`;
  const held = lots.filter(({ onHold }) => onHold).length;
  return html`<span class="badge good">Closed</span>${held > 0 ? html` <span class="badge wait">goods still on hold</span>` : null}`;
}

function figures(view: RecallView): Markup {
  const { organisations, lines, totals, lots } = view;
  const answered = organisations.filter(({ isCurrent }) => isCurrent).length;
  const expected = lines.filter((line) => line.expected?.amount !== '0');
  const reported = expected.filter(({ finding }) => finding).length;
  const open = totals.filter((total) => total.open !== '0').map(({ open: amount, uom }) => amountText({ amount, uom }));
  return html`<div class="figures">
${figure(percentText(view.recoveryPercent), 'of the expected goods recovered')}
${figure(percentText(view.effectivenessPercent), 'of the organisations acknowledged and reported')}
${figure(`${answered} of ${organisations.length}`, 'organisations acknowledged')}
${figure(`${reported} of ${expected.length}`, 'places and lots reported')}
${figure(open.length > 0 ? open.join(', ') : 'none', 'quantity still open')}
${figure(String(lots.filter(({ toVersion }) => toVersion === null).length), 'lots in the scope')}
</div>`;
}

function figure(value: string, label: string): Markup {
  return html`<div class="figure"><b>${value}</b><span>${label}</span></div>`;
}

/** How long each stage took from when the clock began to run. */
function clockText({ startedMs, timeToScopeMs, timeToHoldMs, timeToAcknowledgementsMs }: RecallView['times']): string {
  const answers =
    timeToAcknowledgementsMs === null
      ? 'not all acknowledgements yet'
      : `all acknowledgements ${tookText(timeToAcknowledgementsMs)}`;
  const hold = timeToHoldMs === null ? 'not everything on hold yet' : `hold everywhere ${tookText(timeToHoldMs)}`;
  return `from ${timeText(startedMs)}: scope ${tookText(timeToScopeMs)}, ${hold}, ${answers}`;
}

function facts({ recall, places, missing, enforced, lots, lotsToCome, times }: RecallView): Markup {
  const nameOf = (gln: string) => places.find((place) => place.gln === gln)?.name ?? null;
  const onHold = lots.filter((lot) => lot.onHold).length;
  const rows: (readonly [string, string | Markup])[] = [
    ['Reason', recall.reason],
    ...(recall.authority === null ? [] : [['Ordered by', recall.authority] as const]),
    ['Opened', timeText(recall.openedAtMs)],
    ...(recall.closedAtMs === null ? [] : [['Closed', timeText(recall.closedAtMs)] as const]),
    ...(recall.conclusion === null ? [] : [['Conclusion', recall.conclusion] as const]),
    ['Scope', `version ${recall.version}`],
    ['Clock', clockText(times)],
    ...(lotsToCome === 0
      ? []
      : [
          [
            'Incomplete',
            html`<b class="bad">${counted(lotsToCome, 'lot')} of the scope ${recall.state === 'open' ? 'not on hold yet' : 'never on hold'}</b>`,
          ] as const,
        ]),
    ['Hold', enforced ? `${counted(onHold, 'lot')} may not move` : 'none: an exercise blocks nothing'],
    ...(recall.returnTo.length === 0
      ? []
      : [['Returns go to', recall.returnTo.map((gln) => `${nameOf(gln) ?? 'GLN'} (${gln})`).join(', ')] as const]),
    ...(missing.length === 0
      ? []
      : [
          [
            'Not in the scope',
            html`<b class="bad">${missing.length} made of it since: ${missing.slice(0, 5).join(', ')}</b>`,
          ] as const,
        ]),
  ];
  return html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}
