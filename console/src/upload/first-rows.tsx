import type { ReadUpload } from '../api/sheets.ts';

const shownRows = 4;

/** The top of a sheet, as it was read. */
export function FirstRows({ upload: { columns, firstRows, name } }: { upload: ReadUpload }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard.
    <section className="table-scroll sheet-scroll" aria-label={`First rows of ${name}`} tabIndex={0}>
      <table className="sheet">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Row</span>
            </th>
            {columns.map(({ column, letters, name: title }) => (
              <th key={column} scope="col">
                <span className="letters">{letters}</span> {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {firstRows.slice(0, shownRows).map(({ row, cells }) => (
            <tr key={row}>
              <th scope="row" className="row-number">
                {row}
              </th>
              {columns.map(({ column }) => (
                <td key={column}>{cells[column] ?? ''}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
