import { useQuery } from '@tanstack/react-query';
import { fetchOverview } from '../api/overview.ts';
import { fetchRecall, type Recall, reportPath } from '../api/recalls.ts';
import type { Caller } from '../api/session.ts';
import { formatNumber, formatQuantity } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { useNow } from '../live/use-now.ts';
import { Link } from '../navigation.tsx';
import { lotPath } from '../route.ts';
import { AsOfLine, StaleBanner } from '../shell/as-of.tsx';
import { Badge } from '../shell/badge.tsx';
import { Message } from '../shell/message.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { Section } from '../shell/section.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { AcknowledgeForm } from './acknowledge-form.tsx';
import { GoodsTable } from './goods-table.tsx';
import { ManageRecall } from './manage-recall.tsx';
import { mayRecall } from './may-recall.ts';
import { clockText, isOpen, recallTitle, toComeText } from './names.ts';
import { OrganisationTable } from './organisation-table.tsx';
import { StepList } from './step-list.tsx';
import './recall.css';

/** One recall, live: how long it has run, who has answered, what was found where, and what is still open. */
export function RecallPage({ recallId, caller }: { recallId: string; caller: Caller | null }) {
  usePageTitle(`Recall ${recallId}`);
  const query = useQuery({
    queryKey: ['recall', recallId],
    queryFn: ({ signal }) => fetchRecall(recallId, signal),
  });
  // Whose gateway this is: only its own places can be answered for here.
  const overview = useQuery({ queryKey: ['overview'], queryFn: ({ signal }) => fetchOverview(signal) });
  const mayAnswer = mayRecall(caller);
  return (
    <QueryState query={query} loading="Reading the recall…">
      {(view) => <RecallView view={view} mspId={overview.data?.organisation.mspId ?? null} mayAnswer={mayAnswer} />}
    </QueryState>
  );
}

interface Props {
  readonly view: Recall;
  /** The organisation whose gateway this is. */
  readonly mspId: string | null;
  readonly mayAnswer: boolean;
}

function RecallView({ view, mspId, mayAnswer }: Props) {
  const { recall, organisations, lots, lotsToCome, missing, evidence } = view;
  const mine = organisations.find((each) => each.mspId === mspId);
  const mustAnswer = recall.state === 'open' && mine !== undefined && !mine.isCurrent;
  const held = lots.filter(({ onHold }) => onHold).length;
  return (
    <>
      <StaleBanner {...view} />
      <div className="page-head">
        <div>
          <p className="eyebrow">
            <Link href="/recalls">Recalls</Link> · {recallTitle(recall)}
          </p>
          <h1>{recall.recallId}</h1>
          <p className="recall-state">
            {recall.state === 'open' ? <Badge tone="danger">Open</Badge> : <Badge tone="neutral">Closed</Badge>}
            {recall.kind === 'mock' ? <Badge tone="warn">Exercise: goods are not blocked</Badge> : null}
            {held > 0 && view.enforced ? (
              <Badge tone="neutral">{`${formatNumber(held)} ${held === 1 ? 'lot' : 'lots'} on hold`}</Badge>
            ) : null}
          </p>
        </div>
        <div className="recall-end">
          <AsOfLine {...view} />
          <a href={reportPath(recall.recallId)}>Report to print</a>
        </div>
      </div>
      <p className="recall-reason">{recall.reason}</p>
      <p className="muted">
        Opened by {view.openedBy}
        {recall.authority === null ? '' : `, ordered by ${recall.authority}`}. Version {recall.version} of the scope.
      </p>
      <p className="muted">{clockText(view)}</p>
      {mustAnswer ? (
        mayAnswer ? (
          <AcknowledgeForm
            recallId={recall.recallId}
            version={recall.version}
            isAgain={mine.acknowledgement !== null}
          />
        ) : (
          <Message title="Your organisation has not acknowledged this yet" tone="warn">
            A key with the quality or admin role can do so.
          </Message>
        )
      ) : null}
      {lotsToCome > 0 ? (
        <Message title={toComeText(view)} tone="danger">
          {recall.state === 'open'
            ? `The gateway of ${view.openedBy} takes them in part by part.${view.enforced ? ' Until then they can still be moved.' : ''}`
            : null}
        </Message>
      ) : null}
      {missing.length > 0 ? (
        <Message
          title={`${formatNumber(missing.length)} lots were made of these goods and are not in the scope`}
          tone="warn"
        >
          Who opened the recall can widen it.
        </Message>
      ) : null}
      {evidence.some(({ isHere }) => !isHere) ? (
        <Message title="The frozen trace of this recall has not reached this gateway yet" tone="warn">
          What it expects at each place is left out below.
        </Message>
      ) : null}
      <RecallFigures view={view} />
      {mayAnswer && recall.mspId === mspId ? <ManageRecall view={view} /> : null}
      <Section title="Organisations" aside="who was told, and who has answered">
        <OrganisationTable view={view} mspId={mspId} />
      </Section>
      <Section title="Goods by place" aside="what was expected there, and what was found">
        <GoodsTable view={view} mspId={mspId} mayAnswer={mayAnswer && recall.state === 'open'} />
      </Section>
      <div className="columns">
        <Section title="What happened" aside="each step is on the ledger">
          <StepList view={view} />
        </Section>
        <Section title="Lots in the scope">
          <LotList view={view} />
        </Section>
      </div>
    </>
  );
}

function RecallFigures({ view }: { view: Recall }) {
  const now = useNow();
  const { recall, organisations, lines, totals, recoveryPercent, effectivenessPercent } = view;
  const answered = organisations.filter(({ isCurrent }) => isCurrent).length;
  const open = lines.filter(isOpen);
  const percent = (value: number | null) => (value === null ? 'unknown' : `${formatNumber(value)} %`);
  const figures = [
    {
      name: recall.state === 'open' ? 'Clock' : 'Took',
      value: formatDuration((recall.closedAtMs ?? now) - recall.openedAtMs),
      remark: recall.state === 'open' ? 'since it was opened' : 'from opening to closing',
      attention: false,
    },
    {
      name: 'Acknowledged',
      value: `${formatNumber(answered)} of ${formatNumber(organisations.length)}`,
      remark: 'organisations, for the newest version',
      attention: recall.state === 'open' && answered < organisations.length,
    },
    {
      name: 'Recovered',
      value: percent(recoveryPercent),
      remark: 'quarantined, returned or destroyed',
      attention: false,
    },
    {
      name: 'Effectiveness',
      value: percent(effectivenessPercent),
      remark: 'have answered and told all findings',
      attention: false,
    },
    {
      name: 'Open',
      value: openText(totals),
      remark: `${formatNumber(open.length)} ${open.length === 1 ? 'line' : 'lines'} without a full account`,
      attention: recall.state === 'open' && open.length > 0,
    },
  ];
  return (
    <dl className="figures recall-figures">
      {figures.map(({ name, value, remark, attention }) => (
        <div key={name} className={attention ? 'figure attention' : 'figure'}>
          <dt>{name}</dt>
          <dd>
            <span className="figure-value">{value}</span>
            <span className="figure-remark">{remark}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What nobody has accounted for, in each unit of measure. */
function openText(totals: Recall['totals']): string {
  const open = totals.filter((total) => total.open !== '0');
  if (open.length === 0) return 'nothing';
  return open
    .map((total) => formatQuantity({ amount: total.open, uom: total.uom === 'EA' ? null : total.uom }))
    .join(', ');
}

const maxLotsShown = 300;

function LotList({ view: { lots, enforced } }: { view: Recall }) {
  return (
    <ul className="recall-lots">
      {lots.slice(0, maxLotsShown).map(({ item, gtin, lot, serial, product, via, toVersion, onHold }) => (
        <li key={item}>
          <span>
            {gtin !== null && lot !== null ? <Link href={lotPath(gtin, lot)}>{lot}</Link> : (serial ?? item)}
            <span className="muted small line">
              {product ?? (gtin === null ? '' : `GTIN ${gtin}`)} · {via === null ? 'suspect' : 'made of it'}
            </span>
          </span>
          {toVersion !== null ? (
            <Badge tone="neutral">Let out</Badge>
          ) : onHold && enforced ? (
            <Badge tone="danger">On hold</Badge>
          ) : null}
        </li>
      ))}
      {lots.length > maxLotsShown ? (
        <li className="muted small">and {formatNumber(lots.length - maxLotsShown)} more, all of them in the report</li>
      ) : null}
    </ul>
  );
}
