import { Icon, isIconName } from '../shell/icon.tsx';

/** The sign of a kind of place. */
export function SiteSign({ kind }: { kind: string }) {
  return (
    <span className="site-sign">
      <Icon name={isIconName(kind) ? kind : 'other'} />
    </span>
  );
}
