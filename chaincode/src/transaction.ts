import {
  type chaincodeEvents,
  type QueryInput,
  type QueryName,
  type QueryResult,
  queries,
  type TransactionInput,
  type TransactionName,
  transactionResults,
  transactions,
} from '@hopline/protocol';
import type { Context } from 'fabric-contract-api';
import type { z } from 'zod';
import { Refused } from './refused.ts';
import { Draft } from './state/draft.ts';
import type { StateReader } from './state/state-reader.ts';
import { stubReader } from './state/stub-reader.ts';

/** Who sends a transaction, where and when: all that a decision may know beside its argument and the state. */
export interface Circumstances {
  /** MSP id of the identity that signed the transaction. */
  readonly submitter: string;
  readonly channel: string;
  /** The transaction's own time, which its client claims and which is the same for every endorser. */
  readonly timeMs: number;
  readonly transactionId: string;
}

/** What a transaction gives back, and the chaincode event that it emits, if any. */
export interface Outcome {
  readonly result: unknown;
  readonly event: ChaincodeEvent | null;
}

type ChaincodeEvent = {
  [N in keyof typeof chaincodeEvents]: {
    readonly name: N;
    readonly payload: z.infer<(typeof chaincodeEvents)[N]>;
  };
}[keyof typeof chaincodeEvents];

/**
 * Runs one transaction: parse its argument, decide on a draft of the state, write the draft, emit. Nothing is written
 * where the decision throws.
 *
 * @returns the JSON text of the result
 */
export async function transact<N extends TransactionName>(
  ctx: Context,
  name: N,
  argument: string,
  decide: (input: TransactionInput<N>, draft: Draft, circumstances: Circumstances) => Promise<Outcome>,
): Promise<string> {
  const input = parseArgument(transactions[name], argument) as TransactionInput<N>;
  const draft = new Draft(stubReader(ctx.stub));
  const { result, event } = await decide(input, draft, circumstancesOf(ctx));
  // A result that is not of its form is a mistake in the program: better no transaction than one that nobody can read.
  transactionResults[name].parse(result);
  for (const { key, value } of draft.changes()) {
    if (value === null) await ctx.stub.deleteState(key);
    else await ctx.stub.putState(key, Buffer.from(value));
  }
  if (event) ctx.stub.setEvent(event.name, Buffer.from(JSON.stringify(event.payload)));
  return JSON.stringify(result);
}

/** Answers a query: the JSON text of what `read` finds, `null` included. */
export async function query<N extends QueryName>(
  ctx: Context,
  name: N,
  argument: string,
  read: (input: QueryInput<N>, reader: StateReader) => Promise<QueryResult<N>>,
): Promise<string> {
  const input = parseArgument(queries[name], argument) as QueryInput<N>;
  return JSON.stringify(await read(input, stubReader(ctx.stub)));
}

function circumstancesOf(ctx: Context): Circumstances {
  return {
    submitter: ctx.clientIdentity.getMSPID(),
    channel: ctx.stub.getChannelID(),
    timeMs: ctx.stub.getDateTimestamp().getTime(),
    transactionId: ctx.stub.getTxID(),
  };
}

const maxIssuesReported = 10;

function parseArgument<S extends z.ZodType>(schema: S, argument: string): z.infer<S> {
  const parsed = schema.safeParse(jsonOf(argument));
  if (parsed.success) return parsed.data;
  throw new Refused('argument-malformed', 'the argument is not of its form', {
    issues: parsed.error.issues
      .slice(0, maxIssuesReported)
      .map(({ path, message }) => ({ at: path.join('.'), message })),
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Refused('argument-malformed', 'the argument is not a JSON text', {}, { cause });
  }
}
