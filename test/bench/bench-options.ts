import { parseArgs } from 'node:util';
import { type SectionName, sectionNames, usualSections } from './figures.ts';

export interface BenchOptions {
  readonly ledger: 'dev' | 'fabric';
  readonly only: readonly SectionName[];
  readonly rounds: number;
  /** Messages of a round. */
  readonly messages: number;
  /** Readings of a round from end to end: enough for the last batch's way through the ledger to weigh little. */
  readonly readings: number;
  readonly devices: number;
  /** Readings of a batch. */
  readonly batch: number;
  /** Transactions of a round with one reading each. */
  readonly transactions: number;
  /** Numbers of clients that are tried for them. */
  readonly clients: readonly number[];
  readonly idle: number;
  /** How long idle connections are left alone. */
  readonly settleSeconds: number;
  readonly queries: number;
  /** Lots of the recalls that are opened. */
  readonly recalled: readonly number[];
  /** Events of the chains on a PostgreSQL server, and on the embedded one. */
  readonly sizes: readonly number[];
  readonly embedded: readonly number[];
  /** Server whose chains are made once and kept; `null`: a private one, which is removed. */
  readonly server: string | null;
  /** Folder that keeps the chains on PGlite for the next run; `null`: they are made and removed. */
  readonly folder: string | null;
  /** Only makes the chains that are not there yet. */
  readonly isPreparation: boolean;
  /** Events of the chain that is brought to a ledger, for walks that ask the chaincode hop by hop; 0: none. */
  readonly walked: number;
  readonly json: string | null;
}

const defaults = {
  rounds: 5,
  messages: 10_000,
  readings: 20_000,
  devices: 20,
  batch: 1000,
  transactions: 600,
  idle: 2000,
  settle: 15,
  queries: 200,
};
/** As many edge nodes as a site has numbers for, and a few. */
const mostClients = 800;
const defaultClients = '16,64,192';
const mostEvents = 10_000_000;
const defaultRecalled = '100';
/** With those by which it is widened a recall stays below its own limit. */
const mostRecalled = 4_900;
const defaultSizes = '10000,100000';
const defaultEmbedded = '10000';
const defaultWalked = '1000';
const mostWalked = 100_000;
const mostOf = {
  rounds: 1000,
  messages: 1_000_000,
  readings: 1_000_000,
  devices: 1000,
  batch: 100_000,
  transactions: 100_000,
  idle: 20_000,
  settle: 600,
  queries: 100_000,
} as const;

export const help = `npm run bench -- [options]

Measures Hopline on this machine, on systems of its own (free ports, a temporary folder), and prints a table. Figures are
medians over short rounds, with their spread; those of one run can be compared with each other, and only those. Nothing
else should run on the machine meanwhile.

  mqtt       acknowledged MQTT messages a second into one edge node's durable store, beside Mosquitto and aedes
  work       what cannot be saved: Ed25519 verification, SHA-256, SQLite commits in workerd
  idle       memory of an idle MQTT connection
  anchoring  readings anchored a second from end to end, and with a transaction for each reading on the same ledger
  bytes      bytes on the ledger for a reading
  trace      latency of a trace, back and forward, through the gateway, and by chaincode queries hop by hop
  recalls    recalls from the question what they concern to their closing, while others ship the goods
  trace-scale  traces, common sources and projection on generated chains of up to ten million events (only when named)

  --ledger dev|fabric   the ledger of anchoring, bytes, trace and recalls (default dev; fabric needs FABRIC_BIN)
  --only NAMES          some of the above, separated by commas
  --rounds N            rounds of each measurement (default ${defaults.rounds})
  --messages N          messages of a round (default ${defaults.messages})
  --readings N          readings of a round from end to end (default ${defaults.readings})
  --devices N           devices that send them (default ${defaults.devices})
  --batch N             readings of a batch (default ${defaults.batch})
  --transactions N      transactions of a round with one reading each (default ${defaults.transactions})
  --clients N,N,…       numbers of concurrent clients tried for them; the best one counts (default ${defaultClients})
  --idle N              idle connections (default ${defaults.idle})
  --settle SECONDS      how long they are left alone (default ${defaults.settle})
  --queries N           traces of each direction (default ${defaults.queries})
  --recalled N,N,…      lots of the recalls (default ${defaultRecalled})
  --sizes N,N,…         events of the chains on PostgreSQL (default ${defaultSizes}; 0: none); above a million they are made of copies
  --embedded N,N,…      events of the chains on PGlite (default ${defaultEmbedded}; 0: none)
  --walked N            events of the chain on the dev ledger, where the chaincode is asked hop by hop (default ${defaultWalked}; 0: none)
  --folder DIR          keeps the chains on PGlite for the next run (default: a temporary one)
  --prepare             make the chains that the server and the folder do not have yet, and measure nothing
  --server URL          PostgreSQL server, as a superuser, that keeps the chains for the next run (default: a private one)
  --json FILE           where the results go (default bench/latest.json)
  --help
`;

/** Reads the command line; `null` where help is asked for. Throws an Error that says what is wrong with it. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ledger: { type: 'string', default: 'dev' },
      only: { type: 'string', default: usualSections.join(',') },
      recalled: { type: 'string', default: defaultRecalled },
      sizes: { type: 'string', default: defaultSizes },
      embedded: { type: 'string', default: defaultEmbedded },
      server: { type: 'string' },
      folder: { type: 'string' },
      walked: { type: 'string', default: defaultWalked },
      prepare: { type: 'boolean', default: false },
      clients: { type: 'string', default: defaultClients },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
      ...numberOptions(),
    },
  });
  if (values.help) return null;
  const { ledger } = values;
  if (ledger !== 'dev' && ledger !== 'fabric') throw new Error('--ledger must be dev or fabric');
  const given: Readonly<Record<string, unknown>> = values;
  const number = (name: keyof typeof mostOf) => wholeNumber(name, given[name], mostOf[name]);
  return {
    ledger,
    only: values.only.split(',').map(sectionName),
    rounds: number('rounds'),
    messages: number('messages'),
    readings: number('readings'),
    devices: number('devices'),
    batch: number('batch'),
    transactions: number('transactions'),
    clients: values.clients.split(',').map((text) => wholeNumber('clients', text, mostClients)),
    idle: number('idle'),
    settleSeconds: number('settle'),
    queries: number('queries'),
    recalled: values.recalled.split(',').map((text) => wholeNumber('recalled', text, mostRecalled)),
    sizes: sizesOf('sizes', values.sizes),
    embedded: sizesOf('embedded', values.embedded),
    server: values.server ?? null,
    folder: values.folder ?? null,
    isPreparation: values.prepare,
    walked: values.walked === '0' ? 0 : wholeNumber('walked', values.walked, mostWalked),
    json: values.json ?? null,
  };
}

function numberOptions(): Record<keyof typeof mostOf, { type: 'string'; default: string }> {
  const entries = Object.entries(defaults).map(([name, value]) => [
    name,
    { type: 'string' as const, default: String(value) },
  ]);
  return Object.fromEntries(entries) as Record<keyof typeof mostOf, { type: 'string'; default: string }>;
}

function sizesOf(name: 'sizes' | 'embedded', text: string): number[] {
  return text === '0' ? [] : text.split(',').map((each) => wholeNumber(name, each, mostEvents));
}

function wholeNumber(name: string, given: unknown, most: number): number {
  const value = Number(given);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`--${name} must be a whole number from 1 to ${most}`);
}

function sectionName(text: string): SectionName {
  const name = sectionNames.find((each) => each === text);
  if (name) return name;
  throw new Error(`--only knows ${sectionNames.join(', ')}, not ${text}`);
}
