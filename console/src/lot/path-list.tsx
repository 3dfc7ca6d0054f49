import type { Conditions, Containment } from '../api/history.ts';
import type { Trace } from '../api/trace.ts';
import { Message } from '../shell/message.tsx';
import type { PathLine } from './path.ts';
import { StayLine } from './stay-line.tsx';
import { WayLine } from './way-line.tsx';

/** What lines need to be spelled out. */
export interface PathContext {
  readonly history: { readonly units: readonly Containment[]; readonly conditions: Conditions };
  /** Canonical identifier of what travelled. */
  readonly item: string;
  readonly stream: string;
  /** Holds the amounts; `null` while it is not there. */
  readonly trace: Trace | null;
}

/** The hops as a time line, the earliest first. */
export function PathList({ lines, ...context }: PathContext & { lines: readonly PathLine[] }) {
  if (lines.length === 0) return <Message title="No event has said where it was" tone="empty" />;
  return (
    <ol className="path">
      {lines.map((line) =>
        line.kind === 'stay' ? (
          <StayLine key={`${line.hop.place.gln} ${line.hop.arrivalMs}`} line={line} context={context} />
        ) : (
          <WayLine key={`${line.transit.to.gln} ${line.transit.sentMs} ${line.transit.unit}`} transit={line.transit} />
        ),
      )}
    </ol>
  );
}
