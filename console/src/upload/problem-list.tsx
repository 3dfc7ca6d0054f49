import type { Field, Preview, SheetProblem } from '../api/sheets.ts';
import { formatNumber } from '../format/number.ts';
import { Badge, type BadgeTone } from '../shell/badge.tsx';
import { fieldLabel, whereText } from './cell-name.ts';

const shownProblems = 50;
const tones: Readonly<Record<SheetProblem['severity'], readonly [BadgeTone, string]>> = {
  error: ['danger', 'Error'],
  warning: ['warn', 'Warning'],
  note: ['neutral', 'Note'],
};

/** Everything that is wrong or worth a look, errors first, each with its cell and what to do. */
export function ProblemList({ preview, fields }: { preview: Preview; fields: readonly Field[] }) {
  const { problems, counts } = preview;
  const all = counts.errors + counts.warnings + counts.notes;
  return (
    <>
      <ul className="problem-list">
        {problems.slice(0, shownProblems).map((problem) => {
          const [tone, word] = tones[problem.severity];
          const label = fieldLabel(fields, problem.field);
          return (
            <li key={`${problem.row} ${problem.column} ${problem.field} ${problem.code} ${problem.message}`}>
              <Badge tone={tone}>{word}</Badge>
              <p className="problem-where">
                {whereText(problem)}
                {label === '' ? '' : ` · ${label}`}
              </p>
              <p className="problem-text">
                {problem.message}. <span className="muted">{problem.advice}.</span>
              </p>
            </li>
          );
        })}
      </ul>
      {all > shownProblems ? (
        <p className="muted">
          The first {shownProblems} of {formatNumber(all)} are shown.
        </p>
      ) : null}
    </>
  );
}
