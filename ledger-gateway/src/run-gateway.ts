import { randomBytes } from 'node:crypto';
import type { AssembledGateway, Parts } from './assemble-gateway.ts';
import { newSecret } from './auth/secret.ts';
import { keepStatistics } from './epcis/query/keep-statistics.ts';
import { cleanUpRegularly } from './intake/clean-up.ts';
import { fetchSummaries } from './intake/fetch-summaries.ts';
import { bootstrapOrganisation, ensurePolicy } from './ledger/bootstrap.ts';
import { followBlocks } from './ledger/follow-blocks.ts';

const bootstrapRetryMs = 2_000;

/** Sets off all that a gateway does unasked, until the signal is given. Each goes on after its own failures. */
export function runGateway(parts: Parts, assembled: AssembledGateway, signal: AbortSignal): Promise<void>[] {
  const { parsed, clock, log, store, ledger } = parts;
  const { context, readiness, watch, notify, judge } = assembled;
  const { projection, notifier, epcis, recalls, publicUrl } = context;
  return [
    followBlocks(
      ledger,
      { next: () => projection.checkpoint.height, apply: (block) => projection.apply(block) },
      {
        onBlock: (number) => watch.sawBlock(number),
        onInterrupted: (error) =>
          log.warn({ err: error, height: projection.checkpoint.height }, 'the stream of blocks was interrupted'),
      },
      clock,
      signal,
    ),
    watch.run(parsed.heightProbeMs, signal, judge),
    bootstrap(parts, signal, () => readiness.isBootstrapped()),
    fetchSummaries(store, parsed.peers, clock, signal, (peer, error) =>
      log.debug({ err: error, peer }, 'a summary could not be fetched'),
    ),
    notify.run(signal),
    recalls.keeper.run(signal),
    cleanUpRegularly(store, clock, signal, (error) => log.error({ err: error }, 'old rows could not be removed')),
    epcis.subscriptions.run({ store, clock, notifier, secretBox: epcis.box, publicUrl }, log, signal),
    keepStatistics(store, clock, signal, (error) => log.warn({ err: error }, 'the statistics could not be renewed')),
    // Not before the organisation's signer is registered and the projection is current: a refusal would be for good.
    readiness.whenReady().then(
      () => epcis.captures.run(context.capture, log, signal),
      () => undefined,
    ),
  ];
}

/** Registers the organisation; where the ledger is away, again until it is there. */
async function bootstrap(
  { parsed, clock, log, keys, ledger }: Parts,
  signal: AbortSignal,
  done: () => void,
): Promise<void> {
  const organisation = { mspId: parsed.mspId, ...parsed.organisation };
  while (!signal.aborted) {
    try {
      await bootstrapOrganisation(ledger, parsed.ledger.channel, organisation, keys, () =>
        newSecret('hc_', randomBytes),
      );
      await ensurePolicy(ledger, parsed.mspId, parsed.policy);
      done();
      return;
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ err: error }, 'the organisation could not be registered yet');
      await clock.sleep(bootstrapRetryMs, signal);
    }
  }
}
