import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { explain } from '../api/explain.ts';
import { type FsmaCheck, type FsmaSelection, fetchCheck } from '../api/fsma.ts';
import { formatNumber } from '../format/number.ts';
import { Link } from '../navigation.tsx';
import { AsOfLine, StaleBanner } from '../shell/as-of.tsx';
import { Message } from '../shell/message.tsx';
import { Section } from '../shell/section.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { type Asked, askedOf, isAsked, recordsPath, selectionOf } from './asked.ts';
import { Downloads } from './downloads.tsx';
import { findLots, LotsUnclear } from './find-lots.ts';
import { RecordTable } from './record-table.tsx';
import { SelectionForm } from './selection-form.tsx';
import { SupplyList } from './supply-list.tsx';
import '../styles/forms.css';
import './regulator.css';

interface Checked {
  readonly selection: FsmaSelection;
  readonly check: FsmaCheck;
}

/** Records for the regulator: what is asked for, what is missing of it and where that can be supplied, and the spreadsheet. */
export function RegulatorPage() {
  usePageTitle('Records for the regulator');
  const [asked] = useState(() => askedOf(location.search));
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: async (wanted: Asked): Promise<Checked> => {
      const selection = selectionOf(wanted, await findLots(wanted.lots));
      return { selection, check: await fetchCheck(selection) };
    },
  });
  const began = useRef(false);
  useEffect(() => {
    // Whoever comes from a lot's page has asked already.
    if (!began.current && isAsked(asked)) mutate(asked);
    began.current = true;
  }, [asked, mutate]);
  const ask = (wanted: Asked) => {
    history.replaceState(null, '', recordsPath(wanted));
    mutate(wanted);
  };
  return (
    <>
      {data ? <StaleBanner {...data.check} /> : null}
      <div className="page-head">
        <div>
          <p className="eyebrow">FSMA 204, 21 CFR Part 1 Subpart S</p>
          <h1>Records for the regulator</h1>
        </div>
        {data ? <AsOfLine {...data.check} /> : null}
      </div>
      <Section title="What is asked for" aside="critical tracking events of lots, places and days">
        <SelectionForm asked={asked} isPending={isPending} onAsk={ask} />
      </Section>
      <div className="page-answer">
        {error ? <Problem error={error} /> : null}
        {isPending ? (
          <div className="loading" role="status">
            <span className="spinner" aria-hidden="true" />
            Deriving the records…
          </div>
        ) : null}
        {data && !isPending && !error ? <Answer {...data} /> : null}
      </div>
    </>
  );
}

function Problem({ error }: { error: Error }) {
  const { title, advice } =
    error instanceof LotsUnclear ? { title: 'Not every line names a lot', advice: error.message } : explain(error);
  return (
    <Message title={title} tone="danger">
      {advice}
    </Message>
  );
}

function Answer({ selection, check }: Checked) {
  const { counts, supplies, records, passedOver } = check;
  if (counts.records === 0) {
    return (
      <Section title="No records">
        <Message title="No critical tracking event is known of this" tone="empty">
          {passedOver.length > 0
            ? `${formatNumber(passedOver.length)} movements were before initial packing, where the rule asks for no record of them.`
            : 'No event of these lots, at this place, in this time has reached this ledger.'}
        </Message>
      </Section>
    );
  }
  return (
    <>
      <Section title="Result">
        <div className="records-result">
          <Verdict counts={counts} />
          <Downloads selection={selection} />
        </div>
      </Section>
      {supplies.length > 0 ? (
        <Section title="What to supply" aside="what completes most records comes first">
          <SupplyList needs={supplies} />
          <p className="muted">
            Places and products are completed by an <Link href="/master-data">import of master data</Link>, events by
            capturing them.
          </p>
        </Section>
      ) : null}
      <Section title="Records" aside={`${formatNumber(counts.records)}, as in the spreadsheet`}>
        <RecordTable records={records} />
        {passedOver.length > 0 ? (
          <p className="muted">
            {formatNumber(passedOver.length)} {passedOver.length === 1 ? 'movement' : 'movements'} before initial
            packing {passedOver.length === 1 ? 'is' : 'are'} left out: the rule asks for no record of them (21 CFR
            1.1340(c), 1.1345(c)).
          </p>
        ) : null}
      </Section>
    </>
  );
}

function Verdict({ counts: { records, complete, lacking, missing } }: Pick<FsmaCheck, 'counts'>) {
  const all = `${formatNumber(records)} ${records === 1 ? 'record' : 'records'}`;
  if (lacking === 0) {
    return (
      <p className="verdict ok" role="status">
        {all}, and nothing is missing.
      </p>
    );
  }
  return (
    <p className="verdict" role="status">
      {all}: {formatNumber(complete)} complete, {formatNumber(lacking)} with {formatNumber(missing)} missing{' '}
      {missing === 1 ? 'element' : 'elements'}.
    </p>
  );
}
