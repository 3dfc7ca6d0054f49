import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useMemo, useRef } from 'react';
import { isRetryable } from './api/api-error.ts';
import { type Caller, fetchCaller } from './api/session.ts';
import { useLive } from './live/use-live.ts';
import { LotPage } from './lot/lot-page.tsx';
import { usePath } from './navigation.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { parseRoute, type Route } from './route.ts';
import { Boundary } from './shell/boundary.tsx';
import { Header } from './shell/header.tsx';
import { Message } from './shell/message.tsx';
import { QueryState } from './shell/query-state.tsx';
import { SignIn } from './shell/sign-in.tsx';
import { UnitPage } from './unit/unit-page.tsx';

/** Pages that a retailer's phone never needs come when they are opened. */
const UploadPage = lazy(() => import('./upload/upload-page.tsx').then((module) => ({ default: module.UploadPage })));
const RecallsPage = lazy(() => import('./recall/recalls-page.tsx').then((module) => ({ default: module.RecallsPage })));
const RecallPage = lazy(() => import('./recall/recall-page.tsx').then((module) => ({ default: module.RecallPage })));
const NewRecallPage = lazy(() =>
  import('./recall/new-recall-page.tsx').then((module) => ({ default: module.NewRecallPage })),
);
const ContactsPage = lazy(() =>
  import('./recall/contacts-page.tsx').then((module) => ({ default: module.ContactsPage })),
);
const RegulatorPage = lazy(() =>
  import('./regulator/regulator-page.tsx').then((module) => ({ default: module.RegulatorPage })),
);
const MasterDataPage = lazy(() =>
  import('./master-data/master-data-page.tsx').then((module) => ({ default: module.MasterDataPage })),
);
const ThingPage = lazy(() => import('./thing/thing-page.tsx').then((module) => ({ default: module.ThingPage })));
const WorklistPage = lazy(() =>
  import('./worklist/worklist-page.tsx').then((module) => ({ default: module.WorklistPage })),
);

const maxRetries = 2;
/** Answers are asked for again at this interval too, in case live events cannot get through. */
const pollEveryMs = 30_000;

/** The console: header, and the page that the address names. */
export function App() {
  const client = useMemo(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: {
            retry: (failures, error) => failures < maxRetries && isRetryable(error),
            refetchInterval: (query) =>
              query.state.status === 'error' && !isRetryable(query.state.error) ? false : pollEveryMs,
            staleTime: 1_000,
          },
        },
      }),
    [],
  );
  return (
    <QueryClientProvider client={client}>
      <Pages />
    </QueryClientProvider>
  );
}

function Pages() {
  const caller = useQuery({ queryKey: ['caller'], queryFn: ({ signal }) => fetchCaller(signal) });
  const signedIn = caller.data !== undefined && caller.data !== null;
  const connection = useLive(signedIn);
  const path = usePath();
  const route = useMemo(() => parseRoute(path), [path]);
  const main = useRef<HTMLElement>(null);
  const before = useRef(path);
  useEffect(() => {
    // Who goes on with the keyboard or a reader begins with the new page, not where its link was on the old one.
    if (before.current !== path) main.current?.focus({ preventScroll: true });
    before.current = path;
  }, [path]);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <Header caller={caller.data ?? null} connection={connection} page={route.page} />
      <main id="main" tabIndex={-1} ref={main}>
        <QueryState query={caller} loading="Opening…">
          {() => (
            <Boundary key={path} what="This page">
              <Suspense fallback={<div className="loading">Opening…</div>}>
                <Page route={route} caller={caller.data ?? null} />
              </Suspense>
            </Boundary>
          )}
        </QueryState>
      </main>
      <footer className="footer">
        <p>
          Every line here rests on a signed record of the ledger; its proof is one click away.{' '}
          <a href="/openapi.json">Interface for machines</a>
        </p>
      </footer>
    </>
  );
}

function Page({ route, caller }: { route: Route; caller: Caller | null }) {
  const signedIn = caller !== null;
  switch (route.page) {
    case 'lot':
      return <LotPage gtin={route.gtin} lot={route.lot} caller={caller} />;
    case 'overview':
      return signedIn ? <OverviewPage /> : <SignIn reason="The overview is for those who work with these goods." />;
    case 'upload':
      return signedIn ? <UploadPage /> : <SignIn reason="Who captures events signs in first." />;
    case 'worklist':
      return signedIn ? (
        <WorklistPage caller={caller} />
      ) : (
        <SignIn reason="The worklist is for those who work it off." />
      );
    case 'regulator':
      return signedIn ? <RegulatorPage /> : <SignIn reason="Records are made for those who work with these goods." />;
    case 'master-data':
      return signedIn ? <MasterDataPage /> : <SignIn reason="Who brings in master data signs in first." />;
    case 'recalls':
      return signedIn ? (
        <RecallsPage caller={caller} />
      ) : (
        <SignIn reason="Recalls are shown to those whom they concern." />
      );
    case 'new-recall':
      return signedIn ? <NewRecallPage caller={caller} /> : <SignIn reason="Who opens a recall signs in first." />;
    case 'contacts':
      return signedIn ? <ContactsPage /> : <SignIn reason="Contacts are shown to those who run recalls." />;
    case 'recall':
      return signedIn ? (
        <RecallPage recallId={route.recallId} caller={caller} />
      ) : (
        <SignIn reason="Recalls are shown to those whom they concern." />
      );
    case 'thing':
      return signedIn || route.thing.kind !== 'place' ? (
        <ThingPage thing={route.thing} signedIn={signedIn} />
      ) : (
        <SignIn reason="Places are shown to those who work with them." />
      );
    case 'unit':
      return signedIn ? (
        <UnitPage sscc={route.sscc} />
      ) : (
        <SignIn reason="Logistic units are shown to those who work with them." />
      );
    case 'unknown':
      return (
        <Message title="There is nothing here" tone="empty">
          {route.reason}. Look for a lot by its number, above.
        </Message>
      );
  }
}
