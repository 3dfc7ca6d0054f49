import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultEpcisLimits } from '../src/epcis/index.ts';
import vectors from '../vectors/epcis-event-hash.json' with { type: 'json' };

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url));
const conflictId = 'urn:uuid:4898a223-216a-4f46-9e18-338ccf6fa3ba';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopline-epcis-'));
});
afterAll(() => rm(folder, { recursive: true }));

const event = {
  type: 'ObjectEvent',
  eventTime: '2026-05-04T06:30:00+02:00',
  eventTimeZoneOffset: '+02:00',
  action: 'OBSERVE',
  epcList: ['urn:epc:id:sgtin:9521321.012345.7'],
};

interface Options {
  readonly input?: Iterable<string | Uint8Array>;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Closes standard output after its first bytes, as `| head` does. */
  readonly leaveEarly?: boolean;
}

async function epcis(args: readonly string[], options: Options = {}) {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd ?? folder,
    env: { ...process.env, npm_lifecycle_event: '', NO_COLOR: '1', FORCE_COLOR: undefined, ...options.env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (options.leaveEarly) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  // The program need not read its input to the end: what is left over is nobody's failure.
  await pipeline(Readable.from(options.input ?? []), child.stdin).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
  const code = await ended;
  const lines = stdout.split('\n').slice(0, -1);
  return { code, stdout, stderr, lines, json: () => lines.map((line) => JSON.parse(line)) };
}

async function file(name: string, content: unknown): Promise<string> {
  await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
}

async function fsmaFiles(): Promise<string[]> {
  const names = await readdir(join(repository, 'data/fsma204'));
  return names
    .filter((name) => name.endsWith('.jsonld'))
    .sort()
    .map((name) => `data/fsma204/${name}`);
}

test('validates the critical tracking events of FSMA 204, and shows the conflict and the repetition among them', async () => {
  const { code, lines, stderr } = await epcis(['validate', ...(await fsmaFiles())], { cwd: repository });
  expect(code).toBe(0);
  expect(lines).toHaveLength(17);
  expect(lines[0]).toMatch(
    /^data\/fsma204\/cooling-cte\.jsonld +\/epcisBody\/eventList\/0 {2}ObjectEvent +2026-04-16T09:26:42-04:00 {2}ok$/,
  );
  expect(new Set(lines.map((line) => line.indexOf('  ok'))).size).toBe(1);
  expect(lines.filter((line) => !line.endsWith('  ok')).map((line) => line.replace(/.* {2}ok {2}/, ''))).toEqual([
    'repetition: says the same as data/fsma204/harvest-cte.jsonld /epcisBody/eventList/1',
    `event-id-conflict: eventID ${conflictId} is already that of another event, data/fsma204/receiving-cte.jsonld /epcisBody/eventList/0`,
  ]);
  expect(stderr).toBe('epcis: documents 7, ok 17, refused 0, remarks 2\n');
});

test('hashes the same files as the reference implementation does', async () => {
  const { code, lines } = await epcis(['hash', ...(await fsmaFiles())], { cwd: repository });
  expect(code).toBe(0);
  expect(lines.map((line) => line.split(/ +/))).toEqual(
    vectors.files.flatMap(({ file: name, hashes }) =>
      hashes.map((hash, index) => [hash, `data/fsma204/${name}`, expect.stringMatching(`/event(List/${index})?$`)]),
    ),
  );
});

test('hashes every vector, and shows the text that was hashed', async () => {
  const names = await Promise.all(vectors.cases.map(({ document }, index) => file(`vector-${index}.json`, document)));
  const { code, json } = await epcis(['hash', '--json', '--pre-hash', '--declaration', ...names]);
  expect(code).toBe(0);
  const found = json();
  expect(found.map(({ hash }) => hash)).toEqual(vectors.cases.flatMap(({ hashes }) => hashes));
  expect(found.map(({ preHash }) => preHash)).toEqual(vectors.cases.flatMap(({ preHashStrings }) => preHashStrings));
  const declares = vectors.cases.flatMap(({ document }) =>
    document.epcisBody.eventList.map((each) => 'errorDeclaration' in each),
  );
  expect(declares).toContain(true);
  expect(found.map(({ declaration }) => declaration !== null)).toEqual(declares);
});

test('shows pre-hash text and declaration below the hash', async () => {
  const errorDeclaration = { declarationTime: '2026-05-05T08:00:00Z', reason: 'did_not_occur' };
  const name = await file('declared.json', [event, { ...event, errorDeclaration }]);
  const { lines } = await epcis(['hash', '--pre-hash', '--declaration', name]);
  expect(lines).toEqual([
    expect.stringMatching(/^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0 {2}declared\.json {2}\/0$/),
    expect.stringMatching(/^ {2}pre-hash {5}eventType=ObjectEventeventTime=2026-05-04T04:30:00\.000Z/),
    lines[0]?.replace(/0$/, '1'),
    expect.stringMatching(/^ {2}declaration {2}[0-9a-f]{64}$/),
    lines[1],
  ]);
});

test('a declaration of error shares the eventID of its event, and is no conflict', async () => {
  const named = { ...event, eventID: 'urn:uuid:0' };
  const declared = { ...named, errorDeclaration: { declarationTime: '2026-05-05T08:00:00Z' } };
  const name = await file('ids.json', [named, declared, { ...named, action: 'DELETE' }, named]);
  const { code, json } = await epcis(['validate', '--json', name]);
  expect(code).toBe(0);
  const first = { file: name, pointer: '/0' };
  expect(json().map(({ remarks }) => remarks)).toEqual([
    [],
    [],
    [expect.objectContaining({ code: 'event-id-conflict', first })],
    [expect.objectContaining({ code: 'repetition', first })],
  ]);
});

const wrongDigit = 'https://id.gs1.org/01/09521321123459/21/1';
const badDocuments: ReadonlyArray<[name: string, content: unknown, said: string]> = [
  [
    'check-digit',
    [{ ...event, epcList: [wrongDigit] }],
    'gs1-check-digit at /0/epcList/0: gtin 09521321123459 should end in check digit 8',
  ],
  ['term', [{ ...event, bizStep: 'shiping' }], 'epcis-term at /0/bizStep: Unknown bizStep "shiping"'],
  [
    'two-faults',
    { ...event, action: 'MOVE', eventTime: undefined },
    'epcis-malformed at /eventTime: This field is missing; epcis-malformed at /action: Needed here: ADD, OBSERVE or DELETE',
  ],
  ['xml', '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>', 'epcis-xml: EPCIS in XML is not read here: send JSON'],
  ['not-json', '{"type":\n}', 'epcis-malformed: Not JSON in UTF-8: '],
  ['empty', '', 'epcis-malformed: The document is empty'],
  ['version', { type: 'EPCISDocument', schemaVersion: '1.2' }, 'version-unknown: EPCIS 1.2 is not read here'],
  ['no-list', { type: 'EPCISDocument', schemaVersion: '2.0' }, 'epcis-malformed: No list of events'],
  ['no-event', [event, 5], 'epcis-malformed: An event is an object'],
];

test('refuses bad documents one by one, naming place and fault', async () => {
  const names = await Promise.all(badDocuments.map(([name, content]) => file(`${name}.json`, content)));
  for (const command of ['validate', 'hash']) {
    const { code, lines } = await epcis([command, ...names]);
    expect(code).toBe(1);
    expect(lines).toEqual(badDocuments.map(([, , said]) => expect.stringContaining(`  refused  ${said}`)));
    for (const [index, name] of names.entries()) expect(lines[index]?.startsWith(`${name} `)).toBe(true);
  }
});

test('looks at the events behind a bad one, and gives every fault its place', async () => {
  const name = await file('one-bad.json', {
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    epcisBody: { eventList: [{ ...event, bizStep: 'x', disposition: 'y' }, event] },
  });
  const { code, json } = await epcis(['validate', '--json', name]);
  expect(code).toBe(1);
  const at = '/epcisBody/eventList';
  const place = { file: name, type: 'ObjectEvent', eventTime: event.eventTime };
  expect(json()).toEqual([
    {
      ...place,
      pointer: `${at}/0`,
      ok: false,
      problems: [
        { code: 'epcis-term', pointer: `${at}/0/bizStep`, message: 'Unknown bizStep "x"' },
        { code: 'epcis-term', pointer: `${at}/0/disposition`, message: 'Unknown disposition "y"' },
      ],
    },
    { ...place, pointer: `${at}/1`, ok: true, remarks: [] },
  ]);
  const text = await epcis(['validate', name]);
  expect(text.code).toBe(1);
  expect(text.lines).toEqual([expect.stringContaining('  refused  epcis-term'), expect.stringMatching(/ {2}ok$/)]);
  expect(text.stderr).toBe('epcis: documents 1, ok 1, refused 1, remarks 0\n');
  const hashes = await epcis(['hash', name]);
  expect(hashes.code).toBe(1);
  expect(hashes.lines).toEqual([
    expect.stringContaining('  refused  epcis-term'),
    expect.stringMatching(/^ni:.* one-bad\.json {2}\/epcisBody\/eventList\/1$/),
  ]);
});

test('a file that cannot be read does not hide the others, but shows in the exit code', async () => {
  const [good, bad] = [await file('good.json', event), await file('bad.json', [5])];
  const { code, lines, stderr } = await epcis(['validate', 'nowhere.json', '.', bad, good]);
  expect(code).toBe(2);
  expect(lines).toEqual([
    expect.stringMatching(/^bad\.json +\/0 .* refused/),
    expect.stringMatching(/^good\.json .* ok$/),
  ]);
  expect(stderr).toMatch(/^epcis: nowhere\.json cannot be read: ENOENT.*\nepcis: \. cannot be read: EISDIR/);
});

test('reads standard input, and stops at the limit of a document that has no end', async () => {
  const piped = await epcis(['hash', '-'], { input: [JSON.stringify(event)] });
  expect(piped.code).toBe(0);
  expect(piped.lines).toEqual([expect.stringMatching(/^ni:.* {2}- +\(document\)$/)]);

  const chunk = new Uint8Array(64 * 1024).fill(0x20);
  function* endless() {
    for (;;) yield chunk;
  }
  const { code, lines } = await epcis(['validate', '-'], { input: endless() });
  expect(code).toBe(1);
  expect(lines).toEqual([
    expect.stringContaining('too-large: A document may have 8388608 bytes, and this one has more'),
  ]);
});

test('a document of exactly the largest size is read, and one byte more refused', async () => {
  const text = JSON.stringify(event);
  const most = await file('most.json', text.padEnd(defaultEpcisLimits.maxDocumentBytes));
  const more = await file('more.json', text.padEnd(defaultEpcisLimits.maxDocumentBytes + 1));
  const { code, lines } = await epcis(['validate', most, more]);
  expect(code).toBe(1);
  expect(lines).toEqual([
    expect.stringMatching(/^most\.json.* ok$/),
    expect.stringMatching(/^more\.json.* too-large: /),
  ]);
});

test('documents cannot send commands to the terminal, nor break their line', async () => {
  const hostile = '\u001b[2J\n\u202e\u009b';
  const name = await file('hostile.json', [
    { ...event, type: hostile, eventTime: hostile, [hostile]: 1 },
    { ...event, [hostile]: 1 },
  ]);
  const { lines } = await epcis(['validate', name]);
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(lines[1]).toContain('No such field: \\u{1b}[2J\\u{a}\\u{202e}\\u{9b}');
});

test('ends quietly when nobody reads on', async () => {
  const events = Array.from({ length: 4000 }, (_, index) => ({ ...event, epcList: [`urn:example:${index}`] }));
  const { code, stderr } = await epcis(['validate', await file('many.json', events)], { leaveEarly: true });
  expect(code).toBe(0);
  expect(stderr).not.toMatch(/EPIPE|Error|at /);
});

test('finds files from where npm was called', async () => {
  const name = await file('here.json', event);
  const env = { npm_lifecycle_event: 'epcis', INIT_CWD: folder };
  expect(await epcis(['validate', name], { cwd: repository, env })).toMatchObject({ code: 0 });
  expect(await epcis(['validate', name], { cwd: repository })).toMatchObject({ code: 2 });
});

test('explains itself, and says what is wrong with its arguments', async () => {
  const { code, stdout, stderr } = await epcis(['hash', '--help']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('Exit code 0');
  expect(stdout).toContain(`${defaultEpcisLimits.maxDocumentBytes} bytes`);
  expect((await epcis(['--help'])).stdout).toBe(stdout);
  const wrong: ReadonlyArray<[args: string[], said: string]> = [
    [[], 'validate or hash?'],
    [['check', 'a.json'], 'there is no command "check"'],
    [['validate'], 'validate needs a file'],
    [['validate', '--pre-hash', 'a.json'], '--pre-hash and --declaration belong to hash'],
    [['hash', '--fast', 'a.json'], "Unknown option '--fast'"],
    [['hash', '-', '-'], 'standard input can be read only once'],
  ];
  for (const [args, said] of wrong) {
    const { code, stdout, stderr } = await epcis(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`epcis: ${said}`);
    expect(stderr).toContain('--help explains it');
  }
});
