import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

export type Tone = 'empty' | 'info' | 'warn' | 'danger';

/** A page's or section's state in words: nothing there, gone wrong, take care. */
export function Message({ title, tone, children }: { title: string; tone: Tone; children?: ReactNode }) {
  return (
    <div className={`message ${tone}`} role={tone === 'danger' ? 'alert' : 'status'}>
      <Icon name={tone === 'empty' ? 'none' : tone === 'info' ? 'info' : 'warning'} />
      <div>
        <p className="message-title">{title}</p>
        {children ? <div className="message-text">{children}</div> : null}
      </div>
    </div>
  );
}
