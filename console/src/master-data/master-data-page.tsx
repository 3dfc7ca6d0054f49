import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { explain } from '../api/explain.ts';
import {
  fetchImport,
  type ImportAnswer,
  type ImportState,
  type MasterDataKinds,
  sendMasterData,
} from '../api/master-data.ts';
import { formatNumber } from '../format/number.ts';
import { Message } from '../shell/message.tsx';
import { Section } from '../shell/section.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { ChooseSource } from './choose-source.tsx';
import { ChangeList, ProblemTable } from './preview-lists.tsx';
import '../styles/forms.css';
import './master-data.css';

interface Source {
  readonly file: File;
  readonly kind: MasterDataKinds | null;
}

const pollMs = 1_000;

/** Master data of places, products and organisations: a file, what it would change, and the import. */
export function MasterDataPage() {
  usePageTitle('Master data');
  const [source, setSource] = useState<Source | null>(null);
  const preview = useMutation({
    mutationFn: (wanted: Source) => sendMasterData(wanted.file, wanted.kind, true),
    onSuccess: (_, wanted) => setSource(wanted),
  });
  const bring = useMutation({ mutationFn: (wanted: Source) => sendMasterData(wanted.file, wanted.kind, false) });
  const read = (wanted: Source) => {
    bring.reset();
    preview.mutate(wanted);
  };
  const error = bring.error ?? preview.error;
  return (
    <>
      <div className="page-head">
        <div>
          <p className="eyebrow">Places, products and organisations</p>
          <h1>Master data</h1>
        </div>
      </div>
      <Section title="Choose a file" aside="CSV, XLSX or JSON-LD; one row a place, product or organisation">
        <ChooseSource isPending={preview.isPending || bring.isPending} onChoose={read} />
      </Section>
      <div className="page-answer">
        {error ? (
          <Message title={explain(error).title} tone="danger">
            {explain(error).advice}
          </Message>
        ) : null}
        {bring.data ? (
          <Outcome answer={bring.data} />
        ) : source && preview.data && !preview.isPending ? (
          <Preview answer={preview.data} name={source.file.name}>
            <button type="button" className="primary" disabled={bring.isPending} onClick={() => bring.mutate(source)}>
              {bring.isPending ? 'Importing…' : `Import ${changesText(preview.data)}`}
            </button>
          </Preview>
        ) : null}
      </div>
    </>
  );
}

function Preview({ answer, name, children }: { answer: ImportAnswer; name: string; children: React.ReactNode }) {
  const { problems, problemCount, changes, ignored } = answer;
  return (
    <>
      {problemCount > 0 ? (
        <>
          <Message
            title={`${formatNumber(problemCount)} ${problemCount === 1 ? 'mistake' : 'mistakes'}: nothing can be imported until they are mended`}
            tone="danger"
          >
            Mend the file and choose it again.
          </Message>
          <Section title="What is wrong" aside={name}>
            <ProblemTable problems={problems} count={problemCount} />
          </Section>
        </>
      ) : null}
      <Section title="What would change" aside={countsText(answer)}>
        {changes.length === 0 ? (
          <Message title="All of this is known already" tone="empty" />
        ) : (
          <ChangeList changes={changes} count={total(answer)} />
        )}
        {ignored.length > 0 ? <p className="muted">Not read: {ignored.join(', ')}.</p> : null}
        {problemCount === 0 && changes.length > 0 ? <div className="form-actions">{children}</div> : null}
      </Section>
    </>
  );
}

function Outcome({ answer }: { answer: ImportAnswer }) {
  const begun = answer.import;
  const state = useQuery({
    queryKey: ['import', begun?.id],
    queryFn: ({ signal }) => fetchImport(begun?.id ?? '', signal),
    enabled: begun?.state === 'running',
    refetchInterval: (query) => (query.state.data?.state === 'running' || !query.state.data ? pollMs : false),
  });
  const now: ImportState | null = state.data ?? begun;
  if (!now || now.state === 'done') {
    return (
      <Message
        title={
          now
            ? `${formatNumber(now.done)} ${now.done === 1 ? 'record is' : 'records are'} in place`
            : 'Nothing had to change'
        }
        tone="info"
      />
    );
  }
  if (now.state === 'running') {
    return (
      <div className="loading" role="status">
        <span className="spinner" aria-hidden="true" />
        {formatNumber(now.done)} of {formatNumber(now.total)} records are in place…
      </div>
    );
  }
  return (
    <Message title={now.error?.title ?? 'The gateway ended while it was importing'} tone="danger">
      {formatNumber(now.done)} of {formatNumber(now.total)} records are in place, and stay. Import the same file again
      for the rest{now.error?.at ? `; it stopped at ${now.error.at}` : ''}.
    </Message>
  );
}

function total({ own, outside }: ImportAnswer): number {
  return own.create + own.change + outside.create + outside.change;
}

function changesText(answer: ImportAnswer): string {
  const count = total(answer);
  return `${formatNumber(count)} ${count === 1 ? 'record' : 'records'}`;
}

function countsText({ own, outside }: ImportAnswer): string {
  const text = ({ create, change }: ImportAnswer['own'], what: string) =>
    create + change === 0 ? [] : [`${formatNumber(create)} new and ${formatNumber(change)} changed ${what}`];
  return [...text(own, 'on the ledger'), ...text(outside, 'as notes of your own')].join(', ');
}
