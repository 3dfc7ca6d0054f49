import { describe, expect, it } from 'vitest';
import { MemoryLedger } from '../testing/memory-ledger.ts';
import { Draft } from './draft.ts';

const site = (gln: string) => ({ schema: 1 as const, gln, mspId: 'AMSP', name: gln, kind: 'store' as const });

describe('Draft', () => {
  it('shows what it has written itself, and keeps it from the ledger until it is committed', async () => {
    const ledger = new MemoryLedger();
    const draft = new Draft(ledger);
    await draft.load('site', '9506000100012');
    draft.put('site', ['9506000100012'], site('9506000100012'));
    expect(draft.get('site', '9506000100012')).toEqual(site('9506000100012'));
    expect(await ledger.all('site')).toEqual([]);
    ledger.commit(draft);
    expect(await ledger.all('site')).toEqual([site('9506000100012')]);
  });

  it('refuses to read what was never loaded', () => {
    const draft = new Draft(new MemoryLedger());
    expect(() => draft.get('site', '9506000100012')).toThrow(/before it was loaded/);
    expect(() => draft.list('holding', 'x')).toThrow(/before it was loaded/);
  });

  it('merges its changes into ranges', async () => {
    const ledger = new MemoryLedger();
    const line = { schema: 1 as const, amount: '1', uom: null, origin: 'network' as const };
    for (const unit of ['a', 'c']) ledger.put('containment', ['x', unit], { ...line, item: 'x', unit });
    ledger.put('containment', ['xx', 'd'], { ...line, item: 'xx', unit: 'd' });
    const draft = new Draft(ledger);
    await draft.loadRange('containment', 'x');
    draft.remove('containment', ['x', 'a']);
    draft.put('containment', ['x', 'b'], { ...line, item: 'x', unit: 'b' });
    expect(draft.list('containment', 'x').map(({ unit }) => unit)).toEqual(['b', 'c']);
  });

  it('changes nothing for what came and went', async () => {
    const draft = new Draft(new MemoryLedger());
    await draft.load('site', '9506000100012');
    draft.put('site', ['9506000100012'], site('9506000100012'));
    draft.remove('site', ['9506000100012']);
    expect(draft.changes()).toEqual([]);
  });

  it('writes in the order of keys, so that endorsers agree', async () => {
    const draft = new Draft(new MemoryLedger());
    for (const gln of ['9506000100029', '9506000100012']) draft.put('site', [gln], site(gln));
    expect(draft.changes().map(({ key }) => key)).toEqual([
      '\u0000site\u00009506000100012\u0000',
      '\u0000site\u00009506000100029\u0000',
    ]);
  });
});
