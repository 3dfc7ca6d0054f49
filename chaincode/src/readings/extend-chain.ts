import {
  equal,
  type HeadRecord,
  noPrevious,
  type Statement,
  toBase64Url,
  type UnverifiedStatement,
} from '@hopline/protocol';
import { Refused } from '../refused.ts';

/**
 * A statement may be sealed this much after its transaction's time: as far as Fabric lets a transaction's own time be off
 * its peers' clocks (`peer.authentication.timewindow`, 15 minutes). Since seal times only grow, one that is further ahead
 * would set the node's chain to the future for good.
 */
export const maxSealedAheadMs = 15 * 60_000;

/** A statement whose signature has been verified, and the digest (base64url) by which the next one names it. */
export interface Link {
  readonly statement: Statement;
  readonly digest: string;
}

export function linkOf({ statement, digest }: UnverifiedStatement): Link {
  return { statement, digest: toBase64Url(digest) };
}

/**
 * The head of an edge node's chain after these statements, or a refusal that says where they do not continue it:
 * `statement-gap` (one is missing), `statement-fork` (the node signed two histories), `statement-time` (sealed before its
 * predecessor, or more than `maxSealedAheadMs` after `timeMs`, the transaction's own time) or `registry-version` (judged by
 * an older registry than its predecessor).
 */
export function extendChain(head: HeadRecord | null, links: readonly Link[], timeMs: number): HeadRecord | null {
  for (const { statement } of links) refuseFuture(statement, timeMs);
  return links.reduce<HeadRecord | null>(extend, head);
}

function refuseFuture({ node, sequence, sealedAtMs }: Statement, timeMs: number): void {
  if (sealedAtMs <= timeMs + maxSealedAheadMs) return;
  throw new Refused('statement-time', 'sealed too far ahead of its transaction', {
    node,
    sequence,
    sealedAtMs,
    transactionMs: timeMs,
    maxSealedAheadMs,
  });
}

function extend(head: HeadRecord | null, { statement, digest }: Link): HeadRecord {
  const { node, sequence, sealedAtMs, registryVersion } = statement;
  const expected = head ? head.sequence + 1 : 0;
  if (sequence > expected) {
    throw new Refused('statement-gap', 'statements before this one are missing', { node, sequence, expected });
  }
  if (sequence < expected) {
    throw new Refused('statement-fork', 'another statement is anchored at this sequence', { node, sequence, digest });
  }
  const previous = toBase64Url(statement.previous);
  if (head ? previous !== head.digest : !equal(statement.previous, noPrevious)) {
    throw new Refused('statement-fork', 'the statement continues another history than the anchored one', {
      node,
      sequence,
      previous,
      expected: head?.digest ?? toBase64Url(noPrevious),
    });
  }
  if (head && sealedAtMs < head.sealedAtMs) {
    throw new Refused('statement-time', 'sealed before the statement that it follows', {
      node,
      sequence,
      sealedAtMs,
      previousSealedAtMs: head.sealedAtMs,
    });
  }
  if (head && registryVersion < head.registryVersion) {
    throw new Refused('registry-version', 'judged by an older registry than the statement that it follows', {
      node,
      sequence,
      registryVersion,
      previousRegistryVersion: head.registryVersion,
    });
  }
  return { schema: 1, node, sequence, digest, sealedAtMs, registryVersion };
}
