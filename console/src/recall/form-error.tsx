import { ApiError } from '../api/api-error.ts';
import { type Explanation, explain } from '../api/explain.ts';

/** Why something that somebody asked for was not done; nothing where it was. */
export function FormError({ error, id }: { error: Error | null; id?: string }) {
  return (
    <p className="field-error" role="alert" {...(id === undefined ? {} : { id })}>
      {error ? sentences(explainAct(error)) : ''}
    </p>
  );
}

/** Unlike a page, a form does not ask again by itself; and what was sent may have been done though no answer came. */
export function explainAct(error: Error): Explanation {
  const { title, advice } = explain(error);
  if (!(error instanceof ApiError)) return { title, advice };
  const again = { title, advice: 'Nothing was done. Try again in a moment.' };
  const look = { title, advice: 'It may have been done all the same: look at the recalls before you try again.' };
  if (error.kind !== 'problem') return look;
  switch (error.problem?.code) {
    case 'ledger-unavailable':
    case 'rate-limited':
      return again;
    case 'projection-stale':
      return { title, advice: 'It is on the ledger, and is shown here in a moment: look at the recalls.' };
    case 'commit-unknown':
    case 'internal':
      return look;
    default:
      return { title, advice };
  }
}

function sentences({ title, advice }: Explanation): string {
  const ended = (text: string) => (text === '' || /[.!?]$/.test(text) ? text : `${text}.`);
  return `${ended(title)} ${ended(advice)}`.trim();
}

/** The text of a form's field, without the space around it. */
export function fieldText(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
