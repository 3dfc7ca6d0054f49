import type { ImportAnswer } from '../api/master-data.ts';
import { formatNumber } from '../format/number.ts';
import { fieldName } from '../regulator/names.ts';
import { Badge } from '../shell/badge.tsx';

const shownRows = 100;
/** Codes whose message says what was expected. */
const expectations: ReadonlySet<string> = new Set(['malformed', 'term']);

/** Each mistake with the cell or the place in the document where it stands. */
export function ProblemTable({ problems, count }: { problems: ImportAnswer['problems']; count: number }) {
  return (
    <>
      <div className="table-scroll">
        <table className="stacked">
          <thead>
            <tr>
              <th scope="col">Where</th>
              <th scope="col">Field</th>
              <th scope="col">What stands there</th>
              <th scope="col">What is wrong</th>
            </tr>
          </thead>
          <tbody>
            {problems.slice(0, shownRows).map(({ at, field, value, code, message }) => (
              <tr key={`${at} ${field} ${message}`}>
                <th scope="row">{at.replace(/^!/, '')}</th>
                <td data-label="Field">{field === null ? '' : fieldName(field)}</td>
                <td data-label="What stands there">{value === null || value === '' ? 'nothing' : `“${value}”`}</td>
                <td data-label="What is wrong">{expectations.has(code) ? `should be ${message}` : message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <More shown={Math.min(shownRows, problems.length)} count={count} />
    </>
  );
}

/** What would be new or other than it is, record by record. */
export function ChangeList({ changes, count }: { changes: ImportAnswer['changes']; count: number }) {
  return (
    <>
      <div className="table-scroll">
        <table className="stacked">
          <thead>
            <tr>
              <th scope="col">Record</th>
              <th scope="col">Change</th>
              <th scope="col">Fields</th>
              <th scope="col">Goes to</th>
            </tr>
          </thead>
          <tbody>
            {changes.slice(0, shownRows).map(({ kind, id, action, fields, scope }) => (
              <tr key={`${kind} ${id}`}>
                <th scope="row">
                  {kind} <span className="muted">{id}</span>
                </th>
                <td data-label="Change">
                  <Badge tone={action === 'create' ? 'ok' : 'neutral'}>{action === 'create' ? 'New' : 'Changed'}</Badge>
                </td>
                <td data-label="Fields">{fields.map(fieldName).join(', ')}</td>
                <td data-label="Goes to">{scope === 'own' ? 'the ledger, in your name' : 'your own notes'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <More shown={Math.min(shownRows, changes.length)} count={count} />
    </>
  );
}

function More({ shown, count }: { shown: number; count: number }) {
  if (shown >= count) return null;
  return (
    <p className="muted">
      The first {formatNumber(shown)} of {formatNumber(count)} are shown.
    </p>
  );
}
