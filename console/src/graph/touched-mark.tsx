import { Icon } from '../shell/icon.tsx';
import type { Touched } from './touched.ts';

/** Says that something was there when a limit was broken. */
export function TouchedMark({ touched }: { touched: Touched }) {
  const text = touched === 'certain' ? 'in the excursion' : 'possibly in the excursion';
  return (
    <span className={`touched-mark ${touched}`} title={text}>
      <Icon name="warning" />
      <span className="visually-hidden">{text}</span>
    </span>
  );
}
