import type { Field, Mapping, Preview, SheetProblem } from '../api/sheets.ts';
import { formatNumber } from '../format/number.ts';
import { Icon } from '../shell/icon.tsx';
import { columnLetters, fieldLabel } from './cell-name.ts';

interface Props {
  readonly preview: Preview;
  readonly mapping: Mapping;
  readonly fields: readonly Field[];
}

/** The rows that were read, as far as their columns mean something, with what is wrong standing in its cell. */
export function SheetTable({ preview, mapping, fields }: Props) {
  const { columns, rows, problems, counts } = preview;
  const fieldByColumn = new Map(Object.entries(mapping.columns).map(([field, column]) => [column, field]));
  const shown = columns.map((name, column) => ({ name, column })).filter(({ column }) => fieldByColumn.has(column));
  const byRow = Map.groupBy(problems, ({ row }) => row);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard. */}
      <section className="table-scroll sheet-scroll" aria-label="Rows of the sheet" tabIndex={0}>
        <table className="sheet">
          <thead>
            <tr>
              <th scope="col">Row</th>
              {shown.map(({ name, column }) => (
                <th key={column} scope="col">
                  <span className="letters">{columnLetters(column)}</span>{' '}
                  {fieldLabel(fields, fieldByColumn.get(column) ?? null) || name}
                </th>
              ))}
              <th scope="col">Event</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ row, cells, event }) => {
              const told = byRow.get(row) ?? [];
              return (
                <tr key={row}>
                  <th scope="row" className="row-number">
                    {row}
                  </th>
                  {shown.map(({ column }) => (
                    <Cell
                      key={column}
                      text={cells[column] ?? ''}
                      problems={told.filter((each) => each.column === column)}
                    />
                  ))}
                  <Cell
                    text={event === null ? '' : formatNumber(event + 1)}
                    problems={told.filter(({ column }) => column === null || !fieldByColumn.has(column))}
                  />
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      {counts.rows > rows.length ? (
        <p className="muted">
          {formatNumber(rows.length)} of {formatNumber(counts.rows)} rows are shown, those with something to look at
          first.
        </p>
      ) : null}
    </>
  );
}

function Cell({ text, problems }: { text: string; problems: readonly SheetProblem[] }) {
  const [worst] = problems;
  if (!worst) return <td>{text}</td>;
  return (
    <td className={`at-fault ${worst.severity}`}>
      {text === '' ? null : <span className="cell-text">{text}</span>}
      {problems.map(({ code, message }) => (
        <span key={code} className="cell-note">
          <Icon name={worst.severity === 'error' ? 'warning' : 'info'} />
          {message}
        </span>
      ))}
    </td>
  );
}
