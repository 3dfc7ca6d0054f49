import { useQuery } from '@tanstack/react-query';
import { find } from '../api/find.ts';
import { fetchLinks, fetchMasterData, type ThingLink } from '../api/thing.ts';
import { Link } from '../navigation.tsx';
import { RecallBanner } from '../recall/recall-banner.tsx';
import { recordsPath } from '../regulator/asked.ts';
import { lotPath, type Thing } from '../route.ts';
import { QueryState } from '../shell/query-state.tsx';
import { Section } from '../shell/section.tsx';
import { SignInForm } from '../shell/sign-in.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { factsOf, nameOf } from './facts.ts';
import './thing.css';

const shownLots = 30;

/** The page of a product, an item or a place: what is known of it, and the ways on from there. */
export function ThingPage({ thing, signedIn }: { thing: Thing; signedIn: boolean }) {
  const { path } = thing;
  const { kind, key, value } = describe(thing);
  const number = `${key} ${value}${thing.kind === 'item' ? `, serial number ${thing.serial}` : ''}`;
  usePageTitle(`${kind} ${value}`);
  const links = useQuery({ queryKey: ['links', path], queryFn: ({ signal }) => fetchLinks(path, signal) });
  const data = useQuery({
    queryKey: ['master-data', path, signedIn],
    queryFn: ({ signal }) => fetchMasterData(path, signal),
  });
  const name = nameOf(data.data ?? null);
  return (
    <>
      {thing.kind === 'item' ? <RecallBanner linkPath={path} what="lot" /> : null}
      <header className="lot-head">
        <div className="lot-title">
          <p className="eyebrow">{kind}</p>
          <h1>{name ?? number}</h1>
          <p className="muted">{name === null ? 'No name is registered' : number}</p>
        </div>
      </header>
      {thing.kind === 'item' && thing.lot !== null ? (
        <p className="thing-way">
          One of lot <Link href={lotPath(thing.gtin, thing.lot)}>{thing.lot}</Link>
        </p>
      ) : null}
      <QueryState query={links} loading={`Reading ${value}…`}>
        {(ways) => (
          <>
            {data.data ? <Facts data={data.data} /> : null}
            {signedIn && thing.kind === 'product' ? <Lots gtin={thing.gtin} /> : null}
            {signedIn && thing.kind === 'place' ? (
              <p className="thing-way">
                <Link href={recordsPath({ place: thing.gln })}>Records of this place for the regulator</Link>
              </p>
            ) : null}
            <Ways links={ways} />
            {signedIn ? null : (
              <Section title={`More about this ${kind.toLowerCase()}`}>
                <p>Lots, events and places are shown to those who work with these goods.</p>
                <SignInForm />
              </Section>
            )}
          </>
        )}
      </QueryState>
    </>
  );
}

function describe(thing: Thing): { kind: string; key: string; value: string } {
  if (thing.kind === 'place') return { kind: 'Place', key: 'GLN', value: thing.gln };
  return { kind: thing.kind === 'item' ? 'Item' : 'Product', key: 'GTIN', value: thing.gtin };
}

function Facts({ data }: { data: Record<string, unknown> }) {
  const facts = factsOf(data);
  if (facts.length === 0) return null;
  return (
    <Section title="Master data">
      <dl className="facts">
        {facts.map(([label, text]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Lots({ gtin }: { gtin: string }) {
  const query = useQuery({ queryKey: ['find', gtin], queryFn: ({ signal }) => find(gtin, signal) });
  const lots = (query.data ?? []).flatMap(({ kind, lot }) => (kind === 'lot' && lot !== null ? [lot] : []));
  if (lots.length === 0) return null;
  return (
    <Section title="Lots">
      <ul className="thing-lots">
        {lots.slice(0, shownLots).map((lot) => (
          <li key={lot}>
            <Link href={lotPath(gtin, lot)}>{lot}</Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** The links of its linkset (RFC 9264), which programs get as JSON at the same address. */
function Ways({ links }: { links: readonly ThingLink[] }) {
  const data = links.filter(({ type }) => type !== 'text/html');
  return (
    <Section title="Data" aside="for programs; some of it needs credentials">
      <ul className="thing-links">
        {data.map(({ linkType, href, title, type }) => (
          <li key={`${linkType} ${href}`}>
            <a href={href}>{title}</a>{' '}
            <span className="muted small">
              gs1:{linkType}
              {type === null ? '' : `, ${type}`}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
