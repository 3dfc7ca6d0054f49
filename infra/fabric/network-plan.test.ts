import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cryptoConfig } from './crypto-config.ts';
import { fabricProfile } from './fabric-profile.ts';
import { type NetworkPlan, PORT_COUNT, planNetwork } from './network-plan.ts';

const SEED = Number(process.env.HOPLINE_SEED ?? 20_261);

function portsOf(plan: NetworkPlan): number[] {
  return [
    ...plan.orderers.flatMap(({ ports }) => Object.values(ports)),
    ...plan.organisations.flatMap(({ peer }) => Object.values(peer.ports)),
    ...plan.organisations.map(({ chaincodeAddress }) => Number(chaincodeAddress.split(':')[1])),
  ];
}

describe('planNetwork', () => {
  it('has three organisations and four orderers, the fewest that bear one faulty one', () => {
    const plan = planNetwork({ dataDir: '/d', portBase: 20_000 });
    expect(plan.organisations.map(({ mspId }) => mspId)).toEqual(['GrowersMSP', 'FreshHubMSP', 'RetailMSP']);
    expect(plan.orderers.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  });

  it(`uses each of its ports once (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 1024, max: 65_536 - PORT_COUNT }), (portBase) => {
        const ports = portsOf(planNetwork({ dataDir: '/d', portBase })).sort((a, b) => a - b);
        expect(ports).toEqual(Array.from({ length: PORT_COUNT }, (_, offset) => portBase + offset));
      }),
      { seed: SEED },
    );
  });

  it('leaves an external chaincode where it is', () => {
    const { organisations } = planNetwork({
      dataDir: '/d',
      portBase: 20_000,
      chaincode: { FreshHubMSP: 'localhost:9002' },
    });
    expect(organisations.map(({ chaincodeIsExternal }) => chaincodeIsExternal)).toEqual([false, true, false]);
    expect(organisations[1]?.chaincodeAddress).toBe('localhost:9002');
  });

  it.each([
    [{ portBase: 80 }, /port base/],
    [{ portBase: 65_536 - PORT_COUNT + 1 }, /port base/],
    [{ portBase: 20_000, chaincode: { OtherMSP: 'localhost:1' } }, /no organisation OtherMSP; there are GrowersMSP/],
  ])('refuses %j', (options, reason) => {
    expect(() => planNetwork({ dataDir: '/d', ...options })).toThrow(reason);
  });
});

describe('cryptoConfig', () => {
  it('puts the address that nodes are dialled by into every certificate, and tells people from nodes', () => {
    const config = cryptoConfig(planNetwork({ dataDir: '/d', portBase: 20_000 }));
    const organisations = [...config.OrdererOrgs, ...config.PeerOrgs];
    expect(organisations.map(({ EnableNodeOUs }) => EnableNodeOUs)).toEqual([true, true, true, true]);
    const nodes = organisations.flatMap(({ Specs }) => Specs);
    expect(nodes).toHaveLength(7);
    for (const { SANS } of nodes) expect(SANS).toContain('127.0.0.1');
  });
});

describe('fabricProfile', () => {
  it('gives clients the peer, its TLS root and an identity of the same organisation', () => {
    const profile = fabricProfile(planNetwork({ dataDir: '/d', portBase: 20_000 }));
    expect(profile).toMatchObject({ ledger: 'fabric', channel: 'provenance', chaincode: 'hopline' });
    expect(new Set(profile.organisations.map(({ peer }) => peer.address)).size).toBe(3);
    for (const { name, peer, identity, admin } of profile.organisations) {
      const folder = `/d/crypto/peerOrganizations/${name}.hopline.example/`;
      const files = [peer.tls?.rootCertFile, identity.certFile, identity.keyFile, admin?.certFile, admin?.keyFile];
      expect(files.every((file) => file?.startsWith(folder))).toBe(true);
      expect(peer.tls?.hostOverride).toBe(`peer0.${name}.hopline.example`);
    }
  });
});
