import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export type BadgeTone = 'ok' | 'warn' | 'danger' | 'neutral';

const icons: Readonly<Record<BadgeTone, IconName | null>> = {
  ok: 'ok',
  warn: 'question',
  danger: 'warning',
  neutral: null,
};

/** A short state: its words and its sign say it, the colour repeats it. */
export function Badge({ tone, children }: { tone: BadgeTone; children: ReactNode }) {
  const icon = icons[tone];
  return (
    <span className={`badge ${tone}`}>
      {icon ? <Icon name={icon} /> : null}
      {children}
    </span>
  );
}
