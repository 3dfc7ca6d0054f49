import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Caller, signOut } from '../api/session.ts';
import { FindBox } from '../find/find-box.tsx';
import type { ConnectionState } from '../live/connection.ts';
import { Link } from '../navigation.tsx';

const connectionTexts: Readonly<Record<ConnectionState, string>> = {
  off: '',
  connecting: 'Connecting',
  live: 'Live',
  waiting: 'Connection lost, trying again',
};

/** Name, find box, the state of the live connection, and who is signed in. */
export function Header({ caller, connection }: { caller: Caller | null; connection: ConnectionState }) {
  return (
    <header className="header">
      <Link href="/" className="brand">
        <img src="/hopline.svg" alt="" width="28" height="28" />
        Hopline
      </Link>
      {caller ? (
        <>
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
