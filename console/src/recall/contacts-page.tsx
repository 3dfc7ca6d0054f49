import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Contact, fetchContacts, removeContact } from '../api/contacts.ts';
import { formatDuration } from '../format/time.ts';
import { Link } from '../navigation.tsx';
import { Message } from '../shell/message.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { Section } from '../shell/section.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { ContactForm } from './contact-form.tsx';
import { Undelivered } from './undelivered.tsx';
import './recall.css';

/** Who is told of recalls, where, and who is told next when nobody answers. */
export function ContactsPage() {
  usePageTitle('Contacts');
  const query = useQuery({ queryKey: ['contacts'], queryFn: ({ signal }) => fetchContacts(signal) });
  return (
    <>
      <div className="page-head">
        <div>
          <p className="eyebrow">
            <Link href="/recalls">Recalls</Link>
          </p>
          <h1>Contacts</h1>
        </div>
      </div>
      <QueryState query={query} loading="Reading the contacts…">
        {(contacts) => (
          <>
            <Section title="Who is told of recalls" aside="at once, or when nobody has answered by then">
              {contacts.length === 0 ? (
                <Message title="Nobody is told yet" tone="empty">
                  Organisations of the network see a recall on their own gateway. Add whom an e-mail or a webhook shall
                  reach.
                </Message>
              ) : (
                <ContactTable contacts={contacts} />
              )}
            </Section>
            <Undelivered />
            <ContactForm />
          </>
        )}
      </QueryState>
    </>
  );
}

function ContactTable({ contacts }: { contacts: readonly Contact[] }) {
  const client = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: removeContact,
    onSettled: () => client.invalidateQueries({ queryKey: ['contacts'] }),
  });
  return (
    <div className="table-scroll">
      <table className="stacked">
        <thead>
          <tr>
            <th scope="col">Party</th>
            <th scope="col">Name</th>
            <th scope="col">Where</th>
            <th scope="col">When</th>
            <th scope="col">
              <span className="visually-hidden">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {contacts.map(({ id, party, name, channel, afterMs }) => (
            <tr key={id}>
              <th scope="row">{party}</th>
              <td data-label="Name">{name}</td>
              <td data-label="Where" className="contact-where">
                {channel.kind === 'webhook' ? channel.url : [channel.to].flat().join(', ')}
              </td>
              <td data-label="When">
                {afterMs === 0 ? 'at once' : `after ${formatDuration(afterMs)} without an answer`}
              </td>
              <td className="answer">
                <button type="button" onClick={() => mutate(id)} disabled={isPending} aria-label={`Remove ${name}`}>
                  Remove
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
