import { toBase64Url } from '@hopline/protocol';
import { describe, expect, it } from 'vitest';
import { refusalOf } from './ledger-client.ts';
import type { SuiteContext } from './suite-context.ts';

/** Who may write what into the registry. */
export function registryRules(context: () => SuiteContext): void {
  describe('registry', () => {
    it('keeps what an organisation says of itself', async () => {
      const { growers, retail } = context();
      const gln = await growers.openSite('field', 'North field');
      expect(await retail.client.evaluate('registry:GetSite', { gln })).toEqual({
        schema: 1,
        gln,
        mspId: 'GrowersMSP',
        name: 'North field',
        kind: 'field',
      });
      expect(await retail.client.evaluate('registry:GetSite', { gln: context().ids.gln() })).toBeNull();
    });

    it("refuses to write in another organisation's name, or over its site", async () => {
      const { growers, retail } = context();
      const gln = await growers.openSite('field', 'South field');
      const mine = { gln, mspId: retail.mspId, name: 'Mine now', kind: 'store' as const };
      const theirs = { ...mine, mspId: growers.mspId };
      for (const site of [mine, theirs]) {
        expect(await refusalOf(retail.client.submit('registry:PutSite', { site }))).toMatchObject({
          code: 'not-permitted',
          details: { owner: 'GrowersMSP', submitter: 'RetailMSP' },
        });
      }
    });

    it('refuses a GLN that was mistyped', async () => {
      const { growers, ids } = context();
      const right = ids.gln();
      const gln = right.slice(0, -1) + ((Number(right.at(-1)) + 1) % 10);
      const site = { gln, mspId: growers.mspId, name: 'Nowhere', kind: 'field' as const };
      expect(await refusalOf(growers.client.submit('registry:PutSite', { site }))).toMatchObject({
        code: 'argument-malformed',
        details: { gln },
      });
    });

    it('keeps the details of a site, and refuses one that is a part of a mistyped farm', async () => {
      const { growers, ids } = context();
      const [gln, farm] = [ids.gln(), ids.gln()];
      const site = {
        gln,
        mspId: growers.mspId,
        name: 'Block 7',
        kind: 'field' as const,
        postalAddress: { street: '1 Field Road', city: 'Salinas', region: 'CA', postalCode: '93901', country: 'US' },
        contact: { phone: '+1 831 555 0100' },
        fdaRegistration: '12345678901',
        growingArea: 'Block 7',
        partOf: farm,
      };
      await growers.client.submit('registry:PutSite', { site });
      expect(await growers.client.evaluate('registry:GetSite', { gln })).toEqual({ schema: 1, ...site });
      const partOf = farm.slice(0, -1) + ((Number(farm.at(-1)) + 1) % 10);
      const mistyped = growers.client.submit('registry:PutSite', { site: { ...site, partOf } });
      expect(await refusalOf(mistyped)).toMatchObject({ code: 'argument-malformed', details: { gln: partOf } });
    });

    it('writes several sites and products at once, or none of them', async () => {
      const { growers, retail, ids } = context();
      const taken = await retail.openSite('store', 'Theirs');
      const site = { gln: ids.gln(), mspId: growers.mspId, name: 'Shed', kind: 'other' as const };
      const product = { gtin: ids.gtin(), mspId: growers.mspId, name: 'Dill', limits: [], commodity: 'Herbs' };
      const put = (sites: (typeof site)[]) =>
        growers.client.submit('registry:PutRecords', { sites, products: [product] });
      expect(await refusalOf(put([site, { ...site, gln: taken }]))).toMatchObject({ code: 'not-permitted' });
      expect(await growers.client.evaluate('registry:GetSite', { gln: site.gln })).toBeNull();
      await put([site]);
      expect(await growers.client.evaluate('registry:GetSite', { gln: site.gln })).toEqual({ schema: 1, ...site });
      expect(await retail.client.evaluate('registry:GetProduct', { gtin: product.gtin })).toEqual({
        schema: 1,
        ...product,
      });
    });

    it.each(['', 'no JSON', '{}', '{"site":{"gln":"1"}}'])('refuses the argument %j by its form', async (argument) => {
      const refusal = await refusalOf(context().growers.client.submitText('registry:PutSite', argument));
      expect(refusal.code).toBe('argument-malformed');
    });

    it('takes a one-time code once, and a key for one purpose', async () => {
      const { growers, ids } = context();
      const key = await ids.key();
      const [node, other] = [`${await growers.openSite('field', 'A')}/0`, `${await growers.openSite('field', 'B')}/0`];
      const code = ids.name('once-');
      const enrol = (proof: string) => growers.client.submit('registry:EnrolEdgeNode', { proof });
      await enrol(await growers.prove(key, 'edge-node', node, { code }));
      const again = await growers.prove(await ids.key(), 'edge-node', other, { code });
      expect(await refusalOf(enrol(again))).toMatchObject({ code: 'enrolment-code-used', details: { subject: node } });
      expect(await refusalOf(enrol(await growers.prove(key, 'edge-node', other)))).toMatchObject({
        code: 'key-in-use',
        details: { registeredTo: node },
      });
      const signer = { signer: ids.name('s'), mspId: growers.mspId, publicKey: toBase64Url(key.publicKey), places: [] };
      const proof = await growers.prove(key, 'signer', signer.signer);
      expect(await refusalOf(growers.client.submit('registry:EnrolSigner', { proof, signer }))).toMatchObject({
        code: 'key-in-use',
        details: { registeredFor: 'edge-node' },
      });
    });

    it('takes proofs only for what they are bound to', async () => {
      const { growers, retail, ids } = context();
      const node = `${await growers.openSite('field', 'C')}/0`;
      const key = await ids.key();
      const enrol = (proof: string, by = growers) => by.client.submit('registry:EnrolEdgeNode', { proof });
      const otherPurpose = await growers.prove(key, 'signer', node);
      expect((await refusalOf(enrol(otherPurpose))).code).toBe('signature-refused');
      const otherChannel = await growers.prove(key, 'edge-node', node, { channel: 'elsewhere' });
      expect(await refusalOf(enrol(otherChannel))).toMatchObject({
        code: 'signature-refused',
        details: { reason: 'cose-audience' },
      });
      const forGrowers = await growers.prove(key, 'edge-node', node);
      expect((await refusalOf(enrol(forGrowers, retail))).code).toBe('not-permitted');
      const forged = forGrowers.slice(0, -4) + (forGrowers.endsWith('AAAA') ? 'BBBA' : 'AAAA');
      expect((await refusalOf(enrol(forged))).code).toMatch(/^(signature-refused|argument-malformed)$/);
      const ownSite = await retail.prove(key, 'edge-node', node);
      expect((await refusalOf(enrol(ownSite, retail))).code).toBe('not-permitted');
    });

    it('lets a probe deliver only at home, and a tracker anywhere', async () => {
      const { growers, freshHub, ids } = context();
      const node = `${await freshHub.openSite('warehouse', 'Dock')}/0`;
      const key = await ids.key();
      const device = growers.device(node, { publicKey: toBase64Url(key.publicKey) });
      const enrol = async (kind: 'probe' | 'tracker') =>
        growers.client.submit('registry:EnrolDevice', {
          proof: await growers.prove(key, 'device', device.device),
          device: { ...device, kind },
        });
      expect(await refusalOf(enrol('probe'))).toMatchObject({
        code: 'not-permitted',
        details: { owner: 'FreshHubMSP' },
      });
      await enrol('tracker');
      expect((await refusalOf(enrol('tracker'))).code).toBe('already-enrolled');
    });

    it('takes a legacy device without key and proof, and nothing in between', async () => {
      const { freshHub, ids } = context();
      const node = `${await freshHub.openSite('warehouse', 'Hall')}/0`;
      const device = freshHub.device(node, { kind: 'legacy' });
      const publicKey = toBase64Url((await ids.key()).publicKey);
      const half = { proof: null, device: { ...device, publicKey } };
      expect((await refusalOf(freshHub.client.submit('registry:EnrolDevice', half))).code).toBe('signature-refused');
      await freshHub.client.submit('registry:EnrolDevice', { proof: null, device });
      const validToMs = 1_900_000_000_000;
      await freshHub.client.submit('registry:UpdateDevice', { device: device.device, validToMs });
      expect(await freshHub.client.evaluate('registry:GetDevice', { device: device.device })).toMatchObject({
        kid: null,
        validToMs,
      });
    });

    it('moves a device within its organisation, and keeps what is not changed', async () => {
      const { freshHub, retail } = context();
      const [before, after] = [
        await freshHub.openSite('warehouse', 'Before'),
        await freshHub.openSite('warehouse', 'After'),
      ];
      const device = freshHub.device(`${before}/0`, { kind: 'legacy', place: before });
      await freshHub.client.submit('registry:EnrolDevice', { proof: null, device });
      const move = (place: string) => freshHub.client.submit('registry:UpdateDevice', { device: device.device, place });
      const foreign = await retail.openSite('store', 'Foreign');
      expect((await refusalOf(move(foreign))).code).toBe('not-permitted');
      await move(after);
      expect(await freshHub.client.evaluate('registry:GetDevice', { device: device.device })).toMatchObject({
        place: after,
        assignments: device.assignments,
      });
    });

    it('revokes a key once, by its owner, and enrols the device again with a new one', async () => {
      const { freshHub, retail, ids } = context();
      const node = `${await freshHub.openSite('warehouse', 'Cellar')}/0`;
      const key = await ids.key();
      const device = freshHub.device(node, { publicKey: toBase64Url(key.publicKey) });
      const enrol = async (by = key) =>
        freshHub.client.submit('registry:EnrolDevice', {
          proof: await freshHub.prove(by, 'device', device.device),
          device: { ...device, publicKey: toBase64Url(by.publicKey) },
        });
      await enrol();
      const last = { epoch: 1, counter: 7 };
      const revocation = { kid: toBase64Url(key.kid), subject: device.device, reason: 'lost', last };
      expect((await refusalOf(retail.client.submit('registry:Revoke', { revocation }))).code).toBe('not-permitted');
      await freshHub.client.submit('registry:Revoke', { revocation });
      expect((await refusalOf(freshHub.client.submit('registry:Revoke', { revocation }))).code).toBe('key-revoked');
      expect((await refusalOf(enrol())).code).toBe('key-in-use');
      const next = await ids.key();
      await enrol(next);
      expect(await freshHub.client.evaluate('registry:GetDevice', { device: device.device })).toMatchObject({
        kid: toBase64Url(next.kid),
        revoked: false,
      });
    });
  });
}
