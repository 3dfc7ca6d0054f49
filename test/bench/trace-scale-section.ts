import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchOptions } from './bench-options.ts';
import { applyChain } from './chain/apply-chain.ts';
import { ChainServer } from './chain/chain-server.ts';
import { embeddedChain } from './chain/embedded-chain.ts';
import { hubs, measureChain, suspectsPerQuestion } from './chain/measure-chain.ts';
import { measureWalks } from './chain/measure-walks.ts';
import { Rounds, type Section } from './figures.ts';

/** Traces at sizes of the database, by the size of the answer; walks that ask the chaincode; blocks applied. */
export async function measureTraceScale(options: BenchOptions, onProgress: (line: string) => void): Promise<Section> {
  const found = new Rounds();
  const notes: string[] = [];
  const temporary = await mkdtemp(join(tmpdir(), 'hopline-chains-'));
  const { isPreparation, queries } = options;
  const server = await ChainServer.start(options.server);
  try {
    for (const events of options.embedded) {
      const folder = join(options.folder ?? temporary, `pglite-${events}`);
      const { store, note } = await embeddedChain(folder, events, onProgress);
      try {
        if (!isPreparation) await measureChain(`PGlite, ${short(events)}`, store, queries, found, onProgress);
      } finally {
        await store.close();
      }
      notes.push(note);
    }
    for (const events of options.sizes) {
      const { store, note, bytesPerEvent } = await server.chain(events, onProgress);
      try {
        if (bytesPerEvent !== null) found.add(`${short(events)}: bytes an event`, 'B', bytesPerEvent);
        if (!isPreparation) await measureChain(short(events), store, queries, found, onProgress);
      } finally {
        await store.close();
      }
      notes.push(note);
    }
    if (!isPreparation) await measureApply(server, found, onProgress);
  } finally {
    await server.stop();
    await rm(temporary, { recursive: true, force: true });
  }
  if (!isPreparation && options.walked > 0) notes.push(await measureWalks(options, found, onProgress));
  return {
    name: 'trace-scale',
    title: 'Traces on generated chains, by size of the chain and of the answer',
    figures: found.figures(),
    notes: [
      ...notes,
      `${queries} lots a direction by chance and the ${hubs} that went into most transformations; one question at a time; median and 99 % by nodes of the answer`,
      'without “over HTTP”: in this process, to the whole answer as objects; with it: the same question through the gateway’s route, to the last byte of its JSON, client and server in this process; which of the two is asked first changes from lot to lot',
      'processor time is that of this process, without the database server',
      `common source: ${suspectsPerQuestion} lots that share an ingredient, 60 comparable lots`,
    ],
  };
}

async function measureApply(server: ChainServer, found: Rounds, onProgress: (line: string) => void): Promise<void> {
  const store = await server.empty();
  try {
    const applied = await applyChain(store, 2_000);
    found.add('blocks applied one by one, PostgreSQL', 'events/s', applied.events / applied.seconds);
    found.add('… a rebuild that gives the same rows', 'events/s', applied.events / applied.rebuildSeconds);
    if (!applied.isSame) throw new Error('the rebuild gave other rows');
    onProgress('blocks applied');
  } finally {
    await store.close();
  }
}

function short(events: number): string {
  return `10^${Math.round(Math.log10(events))}`;
}
