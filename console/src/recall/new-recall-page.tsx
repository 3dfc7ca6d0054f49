import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { fetchOverview } from '../api/overview.ts';
import { type NewRecall, openRecall, previewRecall, type RecallPreview } from '../api/run-recalls.ts';
import type { Caller } from '../api/session.ts';
import { fetchSites, type Site } from '../api/sites.ts';
import { Link, navigate } from '../navigation.tsx';
import { recallPath } from '../route.ts';
import { Message } from '../shell/message.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { mayRecall } from './may-recall.ts';
import { NewRecallForm } from './new-recall-form.tsx';
import { ScopePreview } from './scope-preview.tsx';
import './recall.css';

interface Previewed {
  readonly asked: NewRecall;
  readonly preview: RecallPreview;
  /** Chosen with the first preview: opening it again after a lost answer opens no second one. */
  readonly recallId: string;
}

/** Opens a recall: what is suspect, whom and what it concerns, and then the hold. The clock runs from the first preview. */
export function NewRecallPage({ caller }: { caller: Caller | null }) {
  usePageTitle('New recall');
  const [{ suspect, kind }] = useState(() => {
    const query = new URLSearchParams(location.search);
    return { suspect: query.get('suspect') ?? '', kind: query.get('kind') === 'mock' ? 'mock' : 'voluntary' } as const;
  });
  const [startedMs, setStartedMs] = useState<number | null>(null);
  const [previewed, setPreviewed] = useState<Previewed | null>(null);
  const sites = useQuery({ queryKey: ['sites'], queryFn: ({ signal }) => fetchSites(signal) });
  const overview = useQuery({ queryKey: ['overview'], queryFn: ({ signal }) => fetchOverview(signal) });
  const isOwn = ({ mspId }: Site) => Number(mspId === overview.data?.organisation.mspId);
  const preview = useMutation({
    mutationFn: previewRecall,
    onSuccess: (answer, asked) => {
      setStartedMs((known) => known ?? answer.startedMs);
      setPreviewed({ asked, preview: answer, recallId: newRecallId() });
    },
    onError: () => setPreviewed(null),
  });
  const opening = useMutation({
    mutationFn: ({ asked, preview: known, recallId }: Previewed) =>
      openRecall(recallId, asked, startedMs ?? known.startedMs),
    onSuccess: (_, { recallId }) => navigate(recallPath(recallId)),
  });
  return (
    <>
      <div className="page-head">
        <div>
          <p className="eyebrow">
            <Link href="/recalls">Recalls</Link>
          </p>
          <h1>New recall</h1>
        </div>
      </div>
      {mayRecall(caller) ? (
        <>
          <NewRecallForm
            suspect={suspect}
            kind={kind}
            sites={[...(sites.data?.sites ?? [])].sort((a, b) => isOwn(b) - isOwn(a))}
            isPending={preview.isPending}
            error={preview.error}
            onPreview={(recall) => preview.mutate(recall)}
            onChange={() => setPreviewed(null)}
          />
          {previewed === null ? null : (
            <ScopePreview
              {...previewed}
              isPending={opening.isPending}
              error={opening.error}
              onOpen={() => opening.mutate(previewed)}
            />
          )}
        </>
      ) : (
        <Message title="Your key does not allow this" tone="warn">
          A key with the quality or admin role opens recalls.
        </Message>
      )}
    </>
  );
}

/** `R-20261123-5f3a91c2`: the day, and enough chance that nobody else makes the same. */
function newRecallId(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const random = [...crypto.getRandomValues(new Uint8Array(5))].map((byte) => byte.toString(16).padStart(2, '0'));
  return `R-${day}-${random.join('')}`;
}
