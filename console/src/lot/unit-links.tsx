import { Link } from '../navigation.tsx';
import { unitName } from './unit-name.ts';

/** `, in unit …000016 and unit …000017`, each a link where it has a page. */
export function UnitLinks({ units }: { units: readonly string[] }) {
  const distinct = [...new Set(units)];
  if (distinct.length === 0) return null;
  return (
    <>
      , in{' '}
      {distinct.map((id, index) => {
        const { name, path } = unitName(id);
        return (
          <span key={id}>
            {index === 0 ? '' : ' and '}
            {path === null ? (
              name
            ) : (
              <Link href={path} className="nowrap">
                {name.toLowerCase()}
              </Link>
            )}
          </span>
        );
      })}
    </>
  );
}
