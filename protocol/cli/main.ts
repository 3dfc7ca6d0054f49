import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { defaultEpcisLimits, errorDeclarationDigest, eventHash, preHashString } from '../src/epcis/index.ts';
import { ProtocolError } from '../src/error.ts';
import { type Checked, checkEvents, refusedDocument } from './check-events.ts';
import { help } from './help.ts';
import { readBounded } from './read-bounded.ts';
import type { Refused, Report } from './report.ts';
import { maxEventsRemembered, SeenEvents } from './seen-events.ts';
import { printable, textLines } from './text-lines.ts';

/** Done; something was refused; used wrongly, or a file could not be read. The highest of a run is its exit code. */
const exitCode = { ok: 0, refused: 1, trouble: 2 } as const;

interface Request {
  readonly command: 'validate' | 'hash';
  readonly files: readonly string[];
  readonly preHash: boolean;
  readonly declaration: boolean;
  readonly json: boolean;
}

process.exitCode = exitCode.ok;
// Whoever reads may have seen enough (`| head`): that is no failure, and there is nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const request = readRequest(process.argv.slice(2));
if (request === 'help') process.stdout.write(help);
else if (typeof request === 'string') {
  console.error(`epcis: ${printable(request)}\nepcis: --help explains it`);
  fail(exitCode.trouble);
} else {
  try {
    await run(request);
  } catch (bug) {
    // Node would leave with 1, which says that an event was refused.
    console.error(bug);
    fail(exitCode.trouble);
  }
}

async function run({ command, files, json, ...wanted }: Request): Promise<void> {
  const seen = new SeenEvents();
  const counts = { documents: 0, ok: 0, refused: 0, remarks: 0 };
  const columns = { fileChars: Math.max(...files.map((file) => printable(file).length)) };
  for (const file of files) {
    const checked = await checkFile(file);
    if (!checked) continue;
    counts.documents++;
    const reports: Report[] = [];
    for (const event of checked) {
      const report = event.ok ? await (command === 'hash' ? hashed(event, wanted) : validated(event, seen)) : event;
      counts[report.ok ? 'ok' : 'refused']++;
      if ('remarks' in report) counts.remarks += report.remarks.length;
      reports.push(report);
    }
    if (reports.some(({ ok }) => !ok)) fail(exitCode.refused);
    process.stdout.write(
      json
        ? reports.map((report) => `${JSON.stringify(report)}\n`).join('')
        : textLines(reports, columns, (colour, text) => styleText(colour, text, { stream: process.stdout })),
    );
  }
  if (command === 'validate' && !json) {
    const { documents, ok, refused, remarks } = counts;
    console.error(`epcis: documents ${documents}, ok ${ok}, refused ${refused}, remarks ${remarks}`);
  }
  if (seen.isFull) console.error(`epcis: later events were compared with the first ${maxEventsRemembered} only`);
}

/** Reads and checks a file; undefined where it cannot be read, which is said at once. */
async function checkFile(file: string): Promise<Array<Checked | Refused> | undefined> {
  try {
    const stream = file === '-' ? process.stdin : createReadStream(resolve(callersFolder(), file));
    return checkEvents(file, await readBounded(stream, defaultEpcisLimits.maxDocumentBytes));
  } catch (error) {
    if (error instanceof ProtocolError) return [refusedDocument(file, error)];
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    console.error(`epcis: ${printable(file)} cannot be read: ${printable(error.message)}`);
    fail(exitCode.trouble);
    return undefined;
  }
}

async function validated({ place, source }: Checked, seen: SeenEvents): Promise<Report> {
  return { ...place, ok: true, remarks: await seen.note(place, source) };
}

async function hashed({ place, source }: Checked, wanted: Pick<Request, 'preHash' | 'declaration'>): Promise<Report> {
  return {
    ...place,
    ok: true,
    hash: await eventHash(source),
    ...(wanted.declaration ? { declaration: await errorDeclarationDigest(source) } : {}),
    ...(wanted.preHash ? { preHash: preHashString(source) } : {}),
  };
}

/** What the arguments ask for; a text says what is wrong with them. */
function readRequest([command, ...args]: readonly string[]): Request | 'help' | string {
  if (command === '--help' || command === '-h' || command === 'help') return 'help';
  if (command !== 'validate' && command !== 'hash') {
    return command === undefined ? 'validate or hash?' : `there is no command "${command}", only validate and hash`;
  }
  const flag = { type: 'boolean', default: false } as const;
  const options = { json: flag, help: { ...flag, short: 'h' }, 'pre-hash': flag, declaration: flag };
  try {
    const { values, positionals: files } = parseArgs({ args, options, allowPositionals: true });
    if (values.help) return 'help';
    if (files.length === 0) return `${command} needs a file, or - for standard input`;
    if (files.indexOf('-') !== files.lastIndexOf('-')) return 'standard input can be read only once';
    const { json, declaration, 'pre-hash': preHash } = values;
    if (command === 'validate' && (preHash || declaration)) return '--pre-hash and --declaration belong to hash';
    return { command, files, json, declaration, preHash };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** npm runs its scripts in the folder of package.json, and says from where it was called. */
function callersFolder(): string {
  return (process.env.npm_lifecycle_event === 'epcis' && process.env.INIT_CWD) || process.cwd();
}

function fail(code: number): void {
  process.exitCode = Math.max(Number(process.exitCode), code);
}
