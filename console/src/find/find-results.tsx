import { explain } from '../api/explain.ts';
import type { FindResult } from '../api/find.ts';
import { Link } from '../navigation.tsx';
import { Icon, type IconName } from '../shell/icon.tsx';
import { pathOf } from './path-of.ts';

const kinds: Readonly<Record<FindResult['kind'], { readonly name: string; readonly icon: IconName }>> = {
  lot: { name: 'Lot', icon: 'lot' },
  item: { name: 'Item', icon: 'lot' },
  unit: { name: 'Logistic unit', icon: 'unit' },
  product: { name: 'Product', icon: 'none' },
  site: { name: 'Site', icon: 'other' },
  party: { name: 'Party', icon: 'other' },
  asset: { name: 'Asset', icon: 'unit' },
};

interface Props {
  readonly query: string;
  readonly results: readonly FindResult[];
  readonly error: Error | null;
  readonly onChoose: () => void;
}

export function FindResults({ query, results, error, onChoose }: Props) {
  return (
    <div className="find-results" role="status">
      {error ? (
        <p className="find-note">
          <strong>{explain(error).title}</strong> {explain(error).advice}
        </p>
      ) : results.length === 0 ? (
        <p className="find-note">
          Nothing here is called <strong>{query}</strong>.
        </p>
      ) : (
        <ul>
          {results.map((result) => (
            <li key={`${result.kind} ${result.id}`}>
              <Result result={result} onChoose={onChoose} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Result({ result, onChoose }: { result: FindResult; onChoose: () => void }) {
  const path = pathOf(result);
  const { name, icon } = kinds[result.kind];
  const content = (
    <>
      <Icon name={icon} />
      <span className="find-label">{result.label}</span>
      <span className="find-kind">
        {name}
        {result.gtin === null ? '' : ` · GTIN ${result.gtin}`}
      </span>
    </>
  );
  if (path === null) return <div className="find-result">{content}</div>;
  return (
    // The address may be that of this very page, and then nothing else would close the list.
    <Link href={path} className="find-result" onClick={onChoose}>
      {content}
    </Link>
  );
}
