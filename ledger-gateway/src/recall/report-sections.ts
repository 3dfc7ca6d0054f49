import type { Explained } from '@hopline/protocol';
import { html, type Markup } from './html.ts';
import type { RecallView } from './read-recall.ts';
import { amountText, counted, failureText, timeText } from './report-text.ts';

/** What was expected at each place, and what was found. */
export function goodsSection({ lines, lots, places, evidence }: RecallView): Markup {
  const placeOf = new Map(places.map((each) => [each.gln, each]));
  const lotOf = new Map(lots.map((each) => [each.item, each]));
  const place = (gln: string) => placeOf.get(gln);
  const lot = (item: string) => lotOf.get(item);
  const missing = evidence.filter(({ isHere }) => !isHere).length;
  const rows = lines.map(({ place: gln, item, expected, soldBefore, finding, recovered, open }) => {
    const cell = (amount: string | undefined) =>
      html`<td class="num">${amount === undefined || amount === '0' ? '' : amount}</td>`;
    return html`<tr>
<td>${place(gln)?.name ?? 'Not registered'}<div class="muted small">${gln}</div></td>
<td>${lot(item)?.lot ?? lot(item)?.serial ?? item}<div class="muted small">${lot(item)?.product ?? ''}</div></td>
<td class="num">${amountText(expected)}</td>
${cell(finding?.quarantined)}${cell(finding?.returned)}${cell(finding?.destroyed)}${cell(finding?.sold)}${cell(finding?.notFound)}
<td class="num">${finding ? amountText(recovered) : html`<span class="bad">no report</span>`}</td>
<td class="num">${open && open.amount !== '0' ? html`<b class="bad">${amountText(open)}</b>` : amountText(open)}</td>
</tr>${
      finding?.note || soldBefore
        ? html`<tr><td></td><td colspan="9" class="muted small">${soldBefore ? `Sold here before the recall: ${amountText(soldBefore)}. ` : null}${finding?.note ?? null}</td></tr>`
        : null
    }`;
  });
  return html`<h2>Goods by place</h2>
${missing > 0 ? html`<p class="wait">The frozen trace of ${missing} of ${evidence.length} versions is not on this gateway: what it expects is left out.</p>` : null}
<div class="scroll"><table><thead><tr><th>Place</th><th>Lot</th><th class="num">Expected</th><th class="num">Quaran&shy;tined</th><th class="num">Returned</th><th class="num">Destroyed</th><th class="num">Sold</th><th class="num">Not found</th><th class="num">Recovered</th><th class="num">Open</th></tr></thead>
<tbody>${rows.length > 0 ? rows : html`<tr><td colspan="10" class="muted">Nothing was expected anywhere.</td></tr>`}</tbody></table></div>`;
}

/** Who was told, and who has answered when. */
export function organisationsSection({ organisations, outside, recall, places }: RecallView): Markup {
  const rows = organisations.map(
    ({
      mspId,
      name,
      roles,
      notifiedAtMs,
      acknowledgement,
      isCurrent,
      lines,
      linesFound,
      escalation,
      noContact,
      notices,
    }) => html`<tr>
<td>${name}<div class="muted small">${mspId}${roles.length > 0 ? ` · ${roles.join(', ')}` : null}</div></td>
<td>${timeText(recall.openedAtMs)}<div class="muted small">by the ledger</div>${
      notifiedAtMs === null
        ? noContact
          ? html`<div class="small wait">no contact known here</div>`
          : null
        : html`<div class="small">notice delivered ${timeText(notifiedAtMs)}</div>`
    }${notices.some(({ escalation: isLate }) => isLate) ? html`<div class="small wait">escalated</div>` : null}${undelivered(notices)}</td>
<td>${
      acknowledgement
        ? html`${timeText(acknowledgement.atMs)}<div class="muted small">version ${acknowledgement.version} · ${acknowledgement.by}</div>${
            isCurrent ? null : html`<div class="small wait">newest version not yet</div>`
          }${acknowledgement.note ? html`<div class="small">${acknowledgement.note}</div>` : null}`
        : html`<b class="bad">not yet</b>`
    }${escalation ? html`<div class="small wait">next: ${escalation.contact}, ${timeText(escalation.dueMs)}</div>` : null}</td>
<td class="num">${linesFound} of ${lines}</td></tr>`,
  );
  const others = outside.map(
    ({
      gln,
      notifiedAtMs,
      noContact,
      notices,
    }) => html`<tr><td>${places.find((each) => each.gln === gln)?.name ?? 'Outside party'}<div class="muted small">${gln}</div></td>
<td>${notifiedAtMs === null ? html`<b class="bad">${noContact ? 'no contact known here' : 'not delivered yet'}</b>` : timeText(notifiedAtMs)}${undelivered(notices)}</td><td class="muted">not on the ledger</td><td></td></tr>`,
  );
  return html`<h2>Organisations</h2>
<div class="scroll"><table><thead><tr><th>Organisation</th><th>Notified</th><th>Acknowledged</th><th class="num">Places and lots reported</th></tr></thead>
<tbody>${rows.length + others.length > 0 ? [...rows, ...others] : html`<tr><td colspan="4" class="muted">Nobody but the opener is concerned.</td></tr>`}</tbody></table></div>`;
}

/** Contacts whom a notice has not reached: it is under way still, or will not arrive any more. */
function undelivered(notices: RecallView['organisations'][number]['notices']): Markup[] {
  return notices.flatMap(({ state, contact, version, reason }) => {
    if (state === 'queued')
      return html`<div class="small wait">notice of version ${version} to ${contact} under way</div>`;
    if (state !== 'failed') return [];
    return html`<div class="small bad">notice of version ${version} to ${contact} failed${reason ? `: ${failureText(reason)}` : null}</div>`;
  });
}

/** The lots of the scope, and since when. */
export function lotsSection({ lots }: RecallView): Markup {
  const rows = lots.map(
    ({ item, gtin, lot, serial, product, via, fromVersion, toVersion, onHold }) => html`<tr>
<td>${product ?? ''}<div class="muted small">${gtin ?? ''}</div></td>
<td>${lot ?? serial ?? item}</td>
<td>${via === null ? 'suspect' : 'made of goods of the scope'}</td>
<td>${fromVersion}${toVersion === null ? null : html` <span class="muted">until ${toVersion}</span>`}</td>
<td>${onHold ? 'yes' : html`<span class="muted">no</span>`}</td></tr>`,
  );
  return html`<h2>Scope</h2>
<div class="scroll"><table><thead><tr><th>Product</th><th>Lot</th><th>Why</th><th>Since version</th><th>On hold</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Every step, as the ledger has it. */
export function chronology({
  steps,
  stepsTruncated,
  organisations,
  recall,
  openedBy,
  places,
  lots,
}: RecallView): Markup {
  const name = (mspId: string) =>
    mspId === recall.mspId ? openedBy : (organisations.find((each) => each.mspId === mspId)?.name ?? mspId);
  const placeName = (gln: string) => places.find((each) => each.gln === gln)?.name ?? gln;
  const lotOf = new Map(lots.map((each) => [each.item, each.lot ?? each.serial]));
  const nameOf: Names = { placeName, partyName: name, lotName: (item) => lotOf.get(item) ?? item };
  const rows = steps.map(
    ({
      mspId,
      atMs,
      act,
      transactionId,
      block,
    }) => html`<tr><td class="when">${timeText(atMs)}</td><td>${name(mspId)}</td><td>${wordsOf(act, nameOf)}</td>
<td class="mono id">${block} · ${transactionId}</td></tr>`,
  );
  return html`<h2>Chronology</h2>
${stepsTruncated ? html`<p class="wait">There are more steps than are shown.</p>` : null}
<div class="scroll"><table><thead><tr><th>Time</th><th>Who</th><th>What</th><th>Block · transaction</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

interface Names {
  readonly placeName: (gln: string) => string;
  readonly partyName: (mspId: string) => string;
  readonly lotName: (item: string) => string;
}

function wordsOf(act: RecallView['steps'][number]['act'], names: Names): string | Markup {
  switch (act.step) {
    case 'opened':
      return `Opened with ${counted(act.added, 'lot')}: ${act.reason}`;
    case 'scope-changed':
      return `Scope changed to version ${act.version}: ${act.added} added, ${act.removed} let out. Reason: ${act.reason}`;
    case 'notified':
      return `Notices of version ${act.version} delivered to ${[...act.addressees.map(names.partyName), ...act.outside.map(names.placeName)].join(', ')}`;
    case 'acknowledged':
      return `Acknowledged version ${act.version} (${act.by})`;
    case 'found':
      return `Reported for ${[...new Set(act.findings.map(({ place }) => names.placeName(place)))].join(', ')}`;
    case 'closed':
      return html`Closed: ${act.conclusion}${
        act.reasons.length === 0
          ? null
          : html`<ul class="small">${[...Map.groupBy(act.reasons, ({ reason }) => reason)].map(
              ([reason, same]) => html`<li>${reason}: ${same.map(({ item }) => openText(item, names)).join('; ')}</li>`,
            )}</ul>`
      }${act.release ? ' The goods were let go.' : ' The goods stay on hold.'}`;
    case 'reopened':
      return `Opened again: ${act.reason}`;
  }
}

/** What was open when it was closed. */
function openText(item: Explained, { placeName, partyName, lotName }: Names): string {
  switch (item.open) {
    case 'organisation':
      return `no acknowledgement of ${partyName(item.mspId)}`;
    case 'goods':
      return `no report of ${lotName(item.item)} at ${placeName(item.place)}`;
    case 'place':
      return `no report of any other goods at ${placeName(item.place)}`;
  }
}

/** What the scope rests on. */
export function evidenceSection({ evidence }: RecallView): Markup {
  return html`<h2>Evidence</h2>
<p class="muted small">The trace that each version of the scope was taken from is frozen under its SHA-256 digest, which stands on the ledger.</p>
<div class="scroll"><table><thead><tr><th>Version</th><th>As of block</th><th>Digest (base64url)</th><th>On this gateway</th></tr></thead>
<tbody>${evidence.map(
    ({ version, height, digest, isHere }) =>
      html`<tr><td>${version}</td><td>${Math.max(0, height - 1)}</td><td class="mono">${digest}</td><td>${isHere ? 'yes' : html`<span class="wait">no</span>`}</td></tr>`,
  )}</tbody></table></div>`;
}
