import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId } from 'react';
import { isCode } from '../api/api-error.ts';
import { explain } from '../api/explain.ts';
import { signIn } from '../api/session.ts';
import { usePageTitle } from './use-page-title.ts';

/** A page that only has the form for signing in. */
export function SignIn({ reason }: { reason: string }) {
  usePageTitle('Sign in');
  return (
    <section className="sign-in-page">
      <h1>Sign in</h1>
      <p className="lead">{reason}</p>
      <SignInForm />
    </section>
  );
}

/** Exchanges an API key for a session. The key is sent once and kept nowhere in the page. */
export function SignInForm() {
  const id = useId();
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: signIn,
    onSuccess: async (caller) => {
      client.setQueryData(['caller'], caller);
      await client.invalidateQueries();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get('key');
    if (typeof key === 'string' && key.trim() !== '') mutate(key.trim());
  };
  const wrong = isCode(error, 'unauthenticated');
  return (
    <form className="sign-in" onSubmit={submit}>
      <label htmlFor={id}>API key</label>
      <div className="field-row">
        <input
          id={id}
          name="key"
          type="password"
          autoComplete="current-password"
          placeholder="hk_…"
          required
          aria-invalid={error !== null}
          aria-describedby={`${id}-error`}
        />
        <button type="submit" className="primary" disabled={isPending}>
          {isPending ? 'Signing in…' : 'Sign in'}
        </button>
      </div>
      <p id={`${id}-error`} className="field-error" role="alert">
        {error === null
          ? ''
          : wrong
            ? 'This key is not valid. It may be mistyped, expired or revoked.'
            : explain(error).title}
      </p>
    </form>
  );
}
