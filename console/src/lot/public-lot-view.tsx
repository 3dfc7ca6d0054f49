import type { PublicLot } from '../api/lot.ts';
import { formatNumber } from '../format/number.ts';
import { placeKindName } from '../format/term.ts';
import { formatZone } from '../format/time.ts';
import { RecallBanner } from '../recall/recall-banner.tsx';
import { lotPath } from '../route.ts';
import { AsOfLine, StaleBanner } from '../shell/as-of.tsx';
import { Badge } from '../shell/badge.tsx';
import { Icon, isIconName } from '../shell/icon.tsx';
import { Identifier } from '../shell/identifier.tsx';
import { Section } from '../shell/section.tsx';
import { SignInForm } from '../shell/sign-in.tsx';
import { Time } from '../shell/time.tsx';

/** What anybody may see of a lot: that it is known, what kinds of places it came by, and whether it was kept cold. */
export function PublicLotView({ lot }: { lot: PublicLot }) {
  return (
    <>
      <StaleBanner {...lot} />
      <RecallBanner linkPath={lotPath(lot.gtin, lot.lot)} what="lot" />
      <header className="lot-head">
        <div className="lot-title">
          <p className="eyebrow">{lot.product?.name ?? 'Product not registered'}</p>
          <h1>
            <span className="visually-hidden">Lot </span>
            {lot.lot}
          </h1>
          <p className="muted">GTIN {lot.gtin}</p>
        </div>
        <div className="lot-state">
          <PublicVerdict {...lot} />
          <p className="small muted">
            First seen <Time ms={lot.firstMs} />, last <Time ms={lot.lastMs} />
          </p>
        </div>
      </header>
      <Section title="Path" aside={`Times in ${formatZone(lot.lastMs)}`}>
        <ol className="path">
          {lot.hops.map((hop) => (
            <li key={`${hop.kind} ${hop.arrivalMs} ${hop.transactionId}`} className="path-line">
              <span className="path-sign">
                <Icon name={hop.kind !== null && isIconName(hop.kind) ? hop.kind : 'other'} />
              </span>
              <div className="path-body">
                <h3>{placeKindName(hop.kind)}</h3>
                <p className="path-times">
                  <Time ms={hop.arrivalMs} short /> –{' '}
                  {hop.departureMs === null ? 'still there' : <Time ms={hop.departureMs} short />}
                </p>
                {hop.transactionId === null || hop.block === null ? null : (
                  <p className="small muted">
                    Recorded in block {formatNumber(hop.block)}, transaction{' '}
                    <Identifier id={hop.transactionId} name="transaction id" />
                  </p>
                )}
              </div>
            </li>
          ))}
        </ol>
      </Section>
      <Section title="More about this lot">
        <p>Names of places, quantities, temperatures and the trace are shown to those who work with these goods.</p>
        <SignInForm />
      </Section>
      <AsOfLine {...lot} />
    </>
  );
}

function PublicVerdict({ excursions: { certain, possible }, stale }: PublicLot) {
  if (certain > 0) return <Badge tone="danger">Limit broken</Badge>;
  if (possible > 0) return <Badge tone="warn">Limit possibly broken</Badge>;
  return <Badge tone={stale ? 'warn' : 'neutral'}>{stale ? 'Nothing found so far' : 'No excursion known'}</Badge>;
}
