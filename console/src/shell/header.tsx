import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Caller, signOut } from '../api/session.ts';
import { FindBox } from '../find/find-box.tsx';
import type { ConnectionState } from '../live/connection.ts';
import { Link } from '../navigation.tsx';
import type { Route } from '../route.ts';

const connectionTexts: Readonly<Record<ConnectionState, string>> = {
  off: '',
  connecting: 'Connecting',
  live: 'Live',
  waiting: 'Connection lost, trying again',
};

interface Props {
  readonly caller: Caller | null;
  readonly connection: ConnectionState;
  readonly page: Route['page'];
}

/** Pages of their own, in the order in which they are listed. */
const pages: ReadonlyArray<{ readonly page: Route['page']; readonly href: string; readonly label: string }> = [
  { page: 'overview', href: '/', label: 'Overview' },
  { page: 'worklist', href: '/worklist', label: 'Worklist' },
  { page: 'recalls', href: '/recalls', label: 'Recalls' },
  { page: 'upload', href: '/upload', label: 'Upload' },
  { page: 'regulator', href: '/regulator', label: 'Records' },
];

/** Pages behind that of all recalls. */
const recallPages: ReadonlySet<Route['page']> = new Set(['recall', 'new-recall', 'contacts']);

/** Name, pages, find box, the state of the live connection, and who is signed in. */
export function Header({ caller, connection, page }: Props) {
  return (
    <header className="header">
      <Link href="/" className="brand">
        <img src="/hopline.svg" alt="" width="28" height="28" />
        Hopline
      </Link>
      {caller ? (
        <>
          <nav className="pages" aria-label="Pages">
            {pages.map(({ page: name, href, label }) => (
              <Link
                key={name}
                href={href}
                {...(name === page || (name === 'recalls' && recallPages.has(page))
                  ? { 'aria-current': 'page' as const }
                  : {})}
              >
                {label}
              </Link>
            ))}
          </nav>
          <FindBox />
          <div className="header-end">
            <p className={`connection ${connection}`} role="status">
              <span className="dot" aria-hidden="true" />
              {connectionTexts[connection]}
            </p>
            <SignOut name={caller.name} />
          </div>
        </>
      ) : null}
    </header>
  );
}

function SignOut({ name }: { name: string }) {
  const client = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: signOut,
    // Nothing of what was seen stays in the page's memory.
    onSettled: () => client.resetQueries(),
  });
  return (
    <button
      type="button"
      className="quiet"
      disabled={isPending}
      onClick={() => mutate()}
      title={`Signed in as ${name}`}
    >
      Sign out
    </button>
  );
}
