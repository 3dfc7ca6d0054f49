import { useQuery } from '@tanstack/react-query';
import { fetchRecallsOf } from '../api/recalls.ts';
import type { Caller } from '../api/session.ts';
import { Link } from '../navigation.tsx';
import { newRecallPath, recallPath } from '../route.ts';
import { mayRecall } from './may-recall.ts';
import './recall.css';

/** From a lot to what can be done about it: a recall, an exercise, and the exercises that have it in their scope. */
export function RecallLinks({ item, caller }: { item: string; caller: Caller | null }) {
  const { data } = useQuery({
    queryKey: ['recalls', 'of', item],
    queryFn: ({ signal }) => fetchRecallsOf(item, signal),
  });
  const exercises = (data ?? []).filter(({ recall }) => recall.kind === 'mock');
  if (!mayRecall(caller) && exercises.length === 0) return null;
  return (
    <p className="recall-links">
      {exercises.map(({ recall }) => (
        <span key={recall.recallId}>
          In an exercise: <Link href={recallPath(recall.recallId)}>{recall.recallId}</Link>
        </span>
      ))}
      {mayRecall(caller) ? (
        <>
          <Link href={newRecallPath(item)} className="button danger">
            Recall this lot
          </Link>
          <Link href={newRecallPath(item, 'mock')}>Exercise a recall</Link>
        </>
      ) : null}
    </p>
  );
}
