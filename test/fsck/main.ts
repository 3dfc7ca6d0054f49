import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { readConnectionProfile } from '../../infra/connection-profile.ts';
import { readArguments } from '../../infra/start/read-arguments.ts';
import { check, type FsckReport } from './check.ts';
import { readJournal } from './journal.ts';
import type { LedgerBlock } from './ledger-blocks.ts';
import { type EdgeContents, readEdge } from './read-edge.ts';
import { readLedger } from './read-ledger.ts';
import { summariesFrom } from './read-summaries.ts';

const help = `npm run fsck -- [options]

Checks the promise behind every acknowledgement: each reading that was acknowledged is exactly once in a committed
batch, or in a quarantine. It reads the fleet's journal, every edge node's batches and quarantine, and the blocks of the
ledger, and computes every hash and signature again: those of devices, edge nodes, the ledger's clients and its endorsing
peers, whose certificates must come from the organisations' roots, and the figures of the summaries. For batches whose
leaves it has not found at an edge (they have left it, or were sealed while it was looking) it asks the gateways for the
summaries, which the ledger fixes by their digests. The system must be running.

  --state FILE         what \`npm start\` wrote about the running system (default .data/hopline.json; it prints
                       the name when it starts)
  --journal FILE       the fleet's journal of acknowledgements (default: the one named in the state file)
  --organisation MSP   from whose peer the blocks are read (default: the first of the connection profile)
  --wait SECONDS       how long to wait for readings that are not anchored yet (default 30)
  --json               one JSON object as the last line of standard output
  --help

Exit code 0: no fault. 1: faults were found. 2: the check could not be made.
`;

const mostFaultsShown = 20;
const pauseMs = 500;

/** The part of the state file that the checker needs. Paths are relative to the file. */
const stateSchema = z.object({
  profile: z.string(),
  journal: z.string(),
  edges: z.array(z.object({ node: z.string(), url: z.string(), token: z.string() })),
  gateways: z.array(z.object({ url: z.string(), adminKeyFile: z.string() })).default([]),
});

const { values } = readArguments('fsck', 2, {
  options: {
    state: { type: 'string', default: '.data/hopline.json' },
    journal: { type: 'string' },
    organisation: { type: 'string' },
    wait: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(help);
} else {
  try {
    const report = await run();
    print(report);
    process.exitCode = report.ok ? 0 : 1;
  } catch (error) {
    console.error(`fsck: the check could not be made: ${(error as Error).message}`);
    process.exitCode = 2;
  }
}

/** Checks until nothing is pending any more, or the time to wait is over; what is acknowledged meanwhile is left aside. */
async function run(): Promise<FsckReport> {
  const deadline = Date.now() + seconds(values.wait) * 1000;
  const file = resolve(values.state);
  const fromFile = (path: string) => resolve(dirname(file), path);
  const state = stateSchema.parse(JSON.parse(await readState(file)));
  const profile = await readConnectionProfile(fromFile(state.profile));
  const organisation = values.organisation
    ? profile.organisations.find((candidate) => candidate.mspId === values.organisation)
    : profile.organisations[0];
  if (!organisation) throw new Error(`the connection profile knows no organisation ${values.organisation}`);
  const { channel, chaincode } = profile;
  const gateways = await Promise.all(
    state.gateways.map(async ({ url, adminKeyFile }) => {
      return { url, key: (await readFile(fromFile(adminKeyFile), 'utf8')).trim() };
    }),
  );
  const summaryOf = summariesFrom(gateways);
  const anchors = new Map(
    await Promise.all(
      profile.organisations.map(
        async ({ mspId, identity }) => [mspId, await readFile(identity.certFile, 'utf8')] as const,
      ),
    ),
  );
  // The journal first: what is acknowledged while the rest is read may well be missing there.
  const journal = await readJournal(values.journal ?? fromFile(state.journal));
  let edges: EdgeContents[] = [];
  for (let blocks: LedgerBlock[] = []; ; ) {
    edges = await Promise.all(state.edges.map((edge, index) => readEdge(edge, edges[index])));
    blocks = await readLedger(profile, organisation, blocks);
    const report = await check({ channel, chaincode, journal, edges, blocks, summaryOf, anchors });
    if (report.pending === 0 || Date.now() >= deadline) return report;
    await new Promise((done) => setTimeout(done, pauseMs));
  }
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new Error('--wait must be a number of seconds');
  return value;
}

async function readState(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error(`there is no ${file}. npm start writes it, and --state names another`);
  });
}

function print(report: FsckReport): void {
  const { faults, ...counts } = report;
  console.log(
    `fsck: ${counts.blocks} blocks, ${counts.transactions.valid} valid and ${counts.transactions.invalid} invalid transactions`,
  );
  const { transactions, signatures, organisations, required } = counts.endorsements;
  console.log(
    `fsck: ${signatures} signatures of clients and peers on ${transactions} transactions verified by the roots of ` +
      `${organisations} organisations, ${required} of which must endorse`,
  );
  console.log(
    `fsck: ${counts.batches} batches on the ledger, ${counts.leaves} leaves at the edges, ` +
      `${counts.intervals} intervals of summaries computed again` +
      (counts.batchesWithoutLeaves > 0 ? `, ${counts.batchesWithoutLeaves} batches known by their summaries only` : ''),
  );
  console.log(
    `fsck: ${counts.acknowledged} acknowledged readings: ${counts.anchored} anchored, ${counts.quarantined} quarantined, ` +
      `${counts.pending} pending, ${counts.missing} missing, ${counts.duplicated} duplicated`,
  );
  for (const fault of faults.slice(0, mostFaultsShown)) console.log(`fsck: ${fault.code}: ${fault.detail}`);
  if (faults.length > mostFaultsShown) console.log(`fsck: and ${faults.length - mostFaultsShown} more faults`);
  console.log(report.ok ? 'fsck: every acknowledged reading is there exactly once' : 'fsck: FAULTS FOUND');
  if (values.json) console.log(JSON.stringify(report));
}
