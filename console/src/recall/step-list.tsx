import type { Recall } from '../api/recalls.ts';
import { Identifier } from '../shell/identifier.tsx';
import { Message } from '../shell/message.tsx';
import { Time } from '../shell/time.tsx';
import { partyName, stepText } from './names.ts';

/** The steps of a recall, the latest first, each with the transaction that proves it. */
export function StepList({ view }: { view: Recall }) {
  return (
    <>
      {view.stepsTruncated ? <Message title="There are more steps than are shown here" tone="warn" /> : null}
      <ol className="steps" reversed>
        {view.steps.toReversed().map((step) => {
          const [what, more] = stepText(view, step);
          return (
            <li key={step.transactionId}>
              <p>
                <strong>{what}</strong> <span className="muted">by {partyName(view, step.mspId)}</span>
              </p>
              {more === '' ? null : <p className="step-more">{more}</p>}
              <p className="muted small">
                <Time ms={step.atMs} /> · block {step.block} ·{' '}
                <Identifier id={step.transactionId} name="transaction id" />
              </p>
            </li>
          );
        })}
      </ol>
    </>
  );
}
