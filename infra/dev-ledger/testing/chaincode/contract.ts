import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, Contract } from 'fabric-contract-api';
import type { Iterators } from 'fabric-shim';

/** A contract that does one thing a transaction, so that tests can ask the ledger for each of them. Answers are JSON. */
class TestContract extends Contract {
  constructor() {
    super('test');
  }

  async put(ctx: Context, key: string, value: string): Promise<void> {
    await ctx.stub.putState(key, Buffer.from(value));
  }

  /** Writes the beginning of its own transaction's id, so that a reader can tell which transaction it sees. */
  async putOwnId(ctx: Context, key: string): Promise<void> {
    await ctx.stub.putState(key, Buffer.from(ctx.stub.getTxID().slice(0, 8)));
  }

  async get(ctx: Context, key: string): Promise<string> {
    return Buffer.from(await ctx.stub.getState(key)).toString();
  }

  async remove(ctx: Context, key: string): Promise<void> {
    await ctx.stub.deleteState(key);
  }

  async putMany(ctx: Context, prefix: string, count: string): Promise<void> {
    for (let index = 0; index < Number(count); index++) {
      await ctx.stub.putState(`${prefix}${String(index).padStart(5, '0')}`, Buffer.from(String(index)));
    }
  }

  /** Reads and writes: two at once conflict. */
  async increment(ctx: Context, key: string): Promise<number> {
    const next = Number(Buffer.from(await ctx.stub.getState(key)).toString() || 0) + 1;
    await ctx.stub.putState(key, Buffer.from(String(next)));
    return next;
  }

  /** What a transaction reads after its own write. */
  async writeThenRead(ctx: Context, key: string, value: string): Promise<string> {
    await ctx.stub.putState(key, Buffer.from(value));
    return Buffer.from(await ctx.stub.getState(key)).toString();
  }

  async keys(ctx: Context, start: string, end: string): Promise<string> {
    return JSON.stringify(await readKeys(await ctx.stub.getStateByRange(start, end)));
  }

  /** Reads a range and writes what it saw: a key that appears in it meanwhile is a phantom. */
  async countRange(ctx: Context, start: string, end: string, resultKey: string): Promise<number> {
    const { length } = await readKeys(await ctx.stub.getStateByRange(start, end));
    await ctx.stub.putState(resultKey, Buffer.from(String(length)));
    return length;
  }

  async page(ctx: Context, start: string, end: string, size: string, bookmark: string): Promise<string> {
    const { iterator, metadata } = await ctx.stub.getStateByRangeWithPagination(start, end, Number(size), bookmark);
    const { bookmark: next, fetchedRecordsCount: count } = metadata;
    return JSON.stringify({ keys: await readKeys(iterator), bookmark: next, count });
  }

  /** What Fabric refuses: a page can't be checked for phantoms, so it must not decide what is written. */
  async pageAndPut(ctx: Context, start: string, end: string): Promise<void> {
    await ctx.stub.getStateByRangeWithPagination(start, end, 2, '');
    await ctx.stub.putState('paged', Buffer.from('x'));
  }

  async putComposite(ctx: Context, kind: string, first: string, second: string): Promise<void> {
    await ctx.stub.putState(ctx.stub.createCompositeKey(kind, [first, second]), Buffer.from('composite'));
  }

  async compositeKeys(ctx: Context, kind: string, first: string): Promise<string> {
    const keys = await readKeys(await ctx.stub.getStateByPartialCompositeKey(kind, [first]));
    return JSON.stringify(keys.map((key) => ctx.stub.splitCompositeKey(key).attributes));
  }

  async history(ctx: Context, key: string): Promise<string> {
    const iterator = await ctx.stub.getHistoryForKey(key);
    const changes = [];
    for (let result = await iterator.next(); !result.done; result = await iterator.next()) {
      const { txId, value, isDelete } = result.value;
      changes.push({ txId, value: Buffer.from(value).toString(), isDelete });
    }
    return JSON.stringify(changes);
  }

  async emit(ctx: Context, name: string, payload: string): Promise<void> {
    ctx.stub.setEvent(name, Buffer.from(payload));
    await ctx.stub.putState(`event:${name}`, Buffer.from(payload));
  }

  async fail(_ctx: Context, message: string): Promise<void> {
    throw new Error(message);
  }

  /** Not deterministic, on purpose. */
  async random(ctx: Context): Promise<void> {
    await ctx.stub.putState('random', Buffer.from(String(Math.random())));
  }

  async slow(ctx: Context, key: string, ms: string): Promise<void> {
    await sleep(Number(ms));
    await ctx.stub.putState(key, Buffer.from('slow'));
  }

  async caller(ctx: Context): Promise<string> {
    return ctx.clientIdentity.getMSPID();
  }

  async timestampMs(ctx: Context): Promise<number> {
    return ctx.stub.getDateTimestamp().getTime();
  }

  async invokeOther(ctx: Context): Promise<void> {
    await ctx.stub.invokeChaincode('other', ['x'], '');
  }

  async putPrivate(ctx: Context): Promise<void> {
    await ctx.stub.putPrivateData('collection', 'key', Buffer.from('value'));
  }

  async setPolicy(ctx: Context): Promise<void> {
    await ctx.stub.setStateValidationParameter('key', Buffer.from('policy'));
  }

  /** Ends the chaincode's process in the middle of a transaction. */
  async crash(): Promise<void> {
    process.exit(1);
  }
}

async function readKeys(iterator: Iterators.StateQueryIterator): Promise<string[]> {
  const keys: string[] = [];
  for (let result = await iterator.next(); !result.done; result = await iterator.next()) keys.push(result.value.key);
  await iterator.close();
  return keys;
}

export const contracts = [TestContract];
