import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type Captured, fetchSteps, type Mapping, type Preview, type ReadUpload } from '../api/sheets.ts';
import { QueryState } from '../shell/query-state.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { CaptureResult } from './capture-result.tsx';
import { ChooseFile } from './choose-file.tsx';
import { MapColumns } from './map-columns.tsx';
import { PreviewView } from './preview-view.tsx';
import '../styles/forms.css';
import './upload.css';

/** How far somebody has come with a file. */
type Stage =
  | { readonly at: 'file' }
  | { readonly at: 'columns'; readonly upload: ReadUpload; readonly mapping: Mapping; readonly preview: Preview | null }
  | { readonly at: 'check'; readonly upload: ReadUpload; readonly mapping: Mapping; readonly preview: Preview }
  | { readonly at: 'captured'; readonly captured: Captured; readonly preview: Preview };

const stages = [
  ['file', 'File'],
  ['columns', 'Columns'],
  ['check', 'Check'],
  ['captured', 'Captured'],
] as const;

/** From a CSV or XLSX file to events on the ledger: choose it, say what its columns are, look, capture. */
export function UploadPage() {
  usePageTitle('Upload');
  const steps = useQuery({
    queryKey: ['sheet-steps'],
    queryFn: ({ signal }) => fetchSteps(signal),
    refetchInterval: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [stage, setStage] = useState<Stage>({ at: 'file' });
  const content = useRef<HTMLDivElement>(null);
  const before = useRef(stage.at);
  useEffect(() => {
    // Whoever goes on with the keyboard or a reader begins at the top of what is new.
    if (before.current !== stage.at) {
      scrollTo(0, 0);
      content.current?.focus({ preventScroll: true });
    }
    before.current = stage.at;
  }, [stage.at]);
  const startOver = () => setStage({ at: 'file' });
  return (
    <QueryState query={steps} loading="Reading the steps…">
      {(known) => (
        <>
          <div className="page-head">
            <div>
              <p className="eyebrow">Capture without other software</p>
              <h1>Upload a sheet</h1>
            </div>
            <StageLine at={stage.at} />
          </div>
          <div ref={content} tabIndex={-1} className="upload-stage">
            {stage.at === 'file' ? (
              <ChooseFile
                steps={known}
                onRead={(upload) =>
                  setStage({ at: 'columns', upload, mapping: upload.proposal.mapping, preview: null })
                }
              />
            ) : null}
            {stage.at === 'columns' ? (
              <MapColumns
                steps={known}
                upload={stage.upload}
                mapping={stage.mapping}
                preview={stage.preview}
                onPreview={(upload, mapping, preview) => setStage({ at: 'check', upload, mapping, preview })}
                onStartOver={startOver}
              />
            ) : null}
            {stage.at === 'check' ? (
              <PreviewView
                steps={known}
                upload={stage.upload}
                mapping={stage.mapping}
                preview={stage.preview}
                onBack={() => setStage({ ...stage, at: 'columns' })}
                onStartOver={startOver}
                onCaptured={(captured) => setStage({ at: 'captured', captured, preview: stage.preview })}
              />
            ) : null}
            {stage.at === 'captured' ? (
              <CaptureResult captured={stage.captured} preview={stage.preview} onStartOver={startOver} />
            ) : null}
          </div>
        </>
      )}
    </QueryState>
  );
}

function StageLine({ at }: { at: Stage['at'] }) {
  const current = stages.findIndex(([name]) => name === at);
  return (
    <ol className="stages" aria-label="Stages">
      {stages.map(([name, label], index) => (
        <li
          key={name}
          className={index < current ? 'done' : index === current ? 'current' : ''}
          {...(index === current ? { 'aria-current': 'step' as const } : {})}
        >
          <span className="stage-number" aria-hidden="true">
            {index + 1}
          </span>
          {label}
        </li>
      ))}
    </ol>
  );
}
