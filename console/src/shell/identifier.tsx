import { useState } from 'react';
import { shortId } from '../format/term.ts';
import { Icon } from './icon.tsx';

const shownMs = 1_500;

/** A long identifier, shortened for the eye; whole on hovering and in the clipboard. */
export function Identifier({ id, name }: { id: string; name: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(id);
    setCopied(true);
    setTimeout(() => setCopied(false), shownMs);
  };
  return (
    <span className="identifier">
      <code title={id}>{shortId(id)}</code>
      <button type="button" className="icon-button" onClick={() => void copy()} aria-label={`Copy the ${name}`}>
        <Icon name={copied ? 'ok' : 'copy'} />
      </button>
    </span>
  );
}
