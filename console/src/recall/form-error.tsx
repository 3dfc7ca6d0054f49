import { explain } from '../api/explain.ts';

/** Why something that somebody asked for was not done; nothing where it was. */
export function FormError({ error, id }: { error: Error | null; id?: string }) {
  return (
    <p className="field-error" role="alert" {...(id === undefined ? {} : { id })}>
      {error ? `${explain(error).title}. ${explain(error).advice}` : ''}
    </p>
  );
}

/** The text of a form's field, without the space around it. */
export function fieldText(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
