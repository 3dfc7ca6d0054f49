import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { find } from '../api/find.ts';
import { navigate, usePath } from '../navigation.tsx';
import { Icon } from '../shell/icon.tsx';
import { FindResults } from './find-results.tsx';
import { pathOf } from './path-of.ts';

const maxQueryChars = 2_048;

/** Finds a lot number, GTIN, SSCC, GLN or Digital Link. One result is opened, several are offered. */
export function FindBox() {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const path = usePath();
  const { mutate, data, error, isPending, variables } = useMutation({
    mutationFn: (q: string) => find(q),
    onSuccess: (results) => {
      const [only] = results;
      const target = only && results.length === 1 ? pathOf(only) : null;
      if (target === null) setOpen(true);
      else navigate(target);
    },
    onError: () => setOpen(true),
  });
  useEffect(() => {
    if (path !== '') setOpen(false);
  }, [path]);
  useEffect(() => {
    if (!open) return;
    const closeOutside = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    addEventListener('pointerdown', closeOutside);
    return () => removeEventListener('pointerdown', closeOutside);
  }, [open]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const q = new FormData(event.currentTarget).get('q');
    if (typeof q === 'string' && q.trim() !== '') mutate(q.trim());
  };
  const closeOnEscape = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setOpen(false);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is a shortcut for what clicking elsewhere does too.
    <div className="find" ref={box} onKeyDown={closeOnEscape}>
      <form onSubmit={submit} aria-busy={isPending}>
        {/* biome-ignore lint/a11y/useSemanticElements: the `search` element is not yet known to all readers. */}
        <div role="search" className="find-field">
          <Icon name="search" />
          <label htmlFor={id} className="visually-hidden">
            Lot number, GTIN, SSCC, GLN or Digital Link
          </label>
          <input
            id={id}
            name="q"
            type="search"
            placeholder="Lot number, GTIN, SSCC, GLN or Digital Link"
            maxLength={maxQueryChars}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
          />
          <button type="submit">Find</button>
        </div>
      </form>
      {open ? (
        <FindResults query={variables ?? ''} results={data ?? []} error={error} onChoose={() => setOpen(false)} />
      ) : null}
    </div>
  );
}
