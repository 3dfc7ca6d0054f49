import { useQuery } from '@tanstack/react-query';
import { fetchRecallStatus, type RecallStatus } from '../api/recall-status.ts';
import { Link } from '../navigation.tsx';
import { recallPath } from '../route.ts';
import { Message } from '../shell/message.tsx';
import { Age } from '../shell/time.tsx';

interface Props {
  /** Path of the thing's Digital Link. */
  readonly linkPath: string;
  readonly what: 'lot' | 'unit';
}

/** Says plainly, first of all, that goods are recalled or on hold. Strangers see it too. */
export function RecallBanner({ linkPath, what }: Props) {
  const { data } = useQuery({
    queryKey: ['recall-status', linkPath],
    queryFn: ({ signal }) => fetchRecallStatus(linkPath, signal),
  });
  if (data === undefined || data.status === 'none') return null;
  if (data.status === 'unknown') {
    return (
      <Message title="Whether it is recalled is not known right now" tone="warn">
        The gateway is behind the ledger.
      </Message>
    );
  }
  const [tone, title] = headline(data, what);
  return (
    <Message title={title} tone={tone}>
      <ul>
        {data.recalls.map(({ recallId, reason, class: recallClass, state, openedAtMs }) => (
          <li key={recallId}>
            {reason === undefined ? recallId : <Link href={recallPath(recallId)}>{recallId}</Link>}
            {recallClass === null ? '' : `, class ${recallClass}`}, {state}, opened <Age ms={openedAtMs} />
            {reason === undefined ? '' : `: ${reason}`}
          </li>
        ))}
      </ul>
    </Message>
  );
}

function headline({ status, recalls }: RecallStatus, what: Props['what']): readonly ['danger' | 'info', string] {
  if (status === 'closed') return ['info', `There was a recall of this ${what}, and it is closed`];
  const where = what === 'unit' ? 'Goods in this unit are recalled' : 'This lot is recalled';
  const isOver = recalls.every(({ state }) => state === 'closed');
  // Who may read knows for sure whether the goods may move.
  const isHeld = recalls.some(({ onHold }) => onHold);
  const held = isHeld ? ' and on hold: it must not be shipped, packed, used or sold' : ': do not use or sell it';
  return ['danger', isOver ? `This ${what} is still on hold from a recall that is closed` : where + held];
}
