import { useState } from 'react';
import type { Recall } from '../api/recalls.ts';
import { Section } from '../shell/section.tsx';
import { CloseForm } from './close-form.tsx';
import { ReopenForm } from './reopen-form.tsx';
import { ScopeForm } from './scope-form.tsx';

/** What its opener can do with a recall: change the scope, close it, open it again. */
export function ManageRecall({ view }: { view: Recall }) {
  const [doing, setDoing] = useState<'scope' | 'close' | 'reopen' | null>(null);
  const done = () => setDoing(null);
  if (doing === 'scope') return <ScopeForm view={view} onDone={done} />;
  if (doing === 'close') return <CloseForm view={view} onDone={done} />;
  if (doing === 'reopen') return <ReopenForm view={view} onDone={done} />;
  const isOpen = view.recall.state === 'open';
  return (
    <Section title="Run this recall" aside="your organisation opened it">
      <div className="form-row">
        {isOpen ? (
          <>
            <button type="button" onClick={() => setDoing('scope')}>
              Widen or narrow the scope
            </button>
            <button type="button" onClick={() => setDoing('close')}>
              Close the recall
            </button>
          </>
        ) : (
          <button type="button" onClick={() => setDoing('reopen')}>
            Open it again
          </button>
        )}
      </div>
    </Section>
  );
}
