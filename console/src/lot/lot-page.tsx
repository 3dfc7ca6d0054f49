import { useQuery } from '@tanstack/react-query';
import { fetchLot } from '../api/lot.ts';
import type { Caller } from '../api/session.ts';
import { QueryState } from '../shell/query-state.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { FullLotView } from './full-lot-view.tsx';
import { PublicLotView } from './public-lot-view.tsx';

interface Props {
  readonly gtin: string;
  readonly lot: string;
  readonly caller: Caller | null;
}

/** The page of a lot: all that this caller may know of it. */
export function LotPage({ gtin, lot, caller }: Props) {
  const signedIn = caller !== null;
  usePageTitle(`Lot ${lot}`);
  const query = useQuery({
    queryKey: ['lot', gtin, lot, signedIn],
    queryFn: ({ signal }) => fetchLot(gtin, lot, signal),
  });
  return (
    <QueryState query={query} loading={`Reading lot ${lot}…`}>
      {(answer) =>
        answer.view === 'full' ? <FullLotView lot={answer} caller={caller} /> : <PublicLotView lot={answer} />
      }
    </QueryState>
  );
}
