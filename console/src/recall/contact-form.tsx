import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { addContact, type NewContact } from '../api/contacts.ts';
import { Message } from '../shell/message.tsx';
import { Section } from '../shell/section.tsx';
import { FormError, fieldText } from './form-error.tsx';

const hourMs = 3_600_000;
const delays = [
  [0, 'At once'],
  [hourMs, 'After 1 hour without an answer'],
  [4 * hourMs, 'After 4 hours without an answer'],
  [12 * hourMs, 'After 12 hours without an answer'],
  [24 * hourMs, 'After a day without an answer'],
  [72 * hourMs, 'After 3 days without an answer'],
] as const;

/** Adds a contact: an e-mail address or a webhook, told at once or as the next one when nobody answers. */
export function ContactForm() {
  const id = useId();
  const client = useQueryClient();
  const [kind, setKind] = useState<'email' | 'webhook'>('email');
  const { mutate, isPending, error, data } = useMutation({
    mutationFn: ({ contact }: { contact: NewContact; form: HTMLFormElement }) => addContact(contact),
    onSuccess: async (_, { form }) => {
      form.reset();
      await client.invalidateQueries({ queryKey: ['contacts'] });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const where = fieldText(form, 'where');
    const addresses = where.split(/[\s,;]+/).filter((address) => address !== '');
    mutate({
      form: event.currentTarget,
      contact: {
        party: fieldText(form, 'party'),
        name: fieldText(form, 'name'),
        channel: kind === 'webhook' ? { kind, url: where } : { kind, to: addresses },
        afterMs: Number(fieldText(form, 'afterMs')),
      },
    });
  };
  return (
    <Section title="Add a contact">
      {data ? (
        <Message title="The webhook’s secret, shown this once" tone="info">
          <code className="secret">{data}</code>
        </Message>
      ) : null}
      <form onSubmit={submit} className="recall-form">
        <label htmlFor={`${id}-party`}>Whose contact</label>
        <input id={`${id}-party`} name="party" required maxLength={200} aria-describedby={`${id}-hint`} />
        <p id={`${id}-hint`} className="muted small">
          An organisation of the network by its id, as RetailMSP (your own too), or anybody else by a GLN of 13 digits.
        </p>
        <label htmlFor={`${id}-name`}>Name</label>
        <input id={`${id}-name`} name="name" required maxLength={200} placeholder="Quality, night shift" />
        <fieldset className="choice">
          <legend className="visually-hidden">Way</legend>
          {(['email', 'webhook'] as const).map((each) => (
            <label key={each}>
              <input type="radio" name={`${id}-kind`} checked={each === kind} onChange={() => setKind(each)} />
              <span>{each === 'email' ? 'E-mail' : 'Webhook'}</span>
            </label>
          ))}
        </fieldset>
        <label htmlFor={`${id}-where`}>{kind === 'email' ? 'Address' : 'URL'}</label>
        <input
          id={`${id}-where`}
          name="where"
          required
          maxLength={2000}
          type={kind === 'email' ? 'text' : 'url'}
          placeholder={kind === 'email' ? 'quality@example.com' : 'https://…'}
        />
        <label htmlFor={`${id}-after`}>When</label>
        <select id={`${id}-after`} name="afterMs">
          {delays.map(([ms, label]) => (
            <option key={ms} value={ms}>
              {label}
            </option>
          ))}
        </select>
        <div className="form-row">
          <button type="submit" className="primary" disabled={isPending}>
            {isPending ? 'Adding…' : 'Add'}
          </button>
        </div>
        <FormError error={error} />
      </form>
    </Section>
  );
}
