import { useMutation } from '@tanstack/react-query';
import { explain } from '../api/explain.ts';
import { type FsmaSelection, fetchSheet } from '../api/fsma.ts';
import { saveFile } from './save-file.ts';

/** The spreadsheet of what was checked, made anew when it is asked for. */
export function Downloads({ selection }: { selection: FsmaSelection }) {
  const { mutate, error, isPending, variables } = useMutation({
    mutationFn: async (format: 'xlsx' | 'csv') => saveFile(await fetchSheet(selection, format)),
  });
  return (
    <div>
      <div className="downloads">
        <button type="button" className="primary" disabled={isPending} onClick={() => mutate('xlsx')}>
          {isPending && variables === 'xlsx' ? 'Making the spreadsheet…' : 'Spreadsheet (XLSX)'}
        </button>
        <button type="button" disabled={isPending} onClick={() => mutate('csv')}>
          {isPending && variables === 'csv' ? 'Making the table…' : 'One table (CSV)'}
        </button>
      </div>
      <p className="field-error" role="alert">
        {error ? `${explain(error).title}. ${explain(error).advice}` : ''}
      </p>
    </div>
  );
}
