import { describe, expect, it } from 'vitest';
import { channelConfig } from './channel-config.ts';
import { planNetwork } from './network-plan.ts';

const plan = planNetwork({ dataDir: '/d', portBase: 20_000 });
const { Orderer, Application, Capabilities } = channelConfig(plan).Profiles.Provenance;

function seconds(duration: string): number {
  const match = /^(\d+)(ms|s|m)$/.exec(duration);
  if (!match) throw new Error(`not a Go duration: ${duration}`);
  return Number(match[1]) * { ms: 0.001, s: 1, m: 60 }[match[2] as 'ms' | 's' | 'm'];
}

describe('channelConfig', () => {
  it('has what SmartBFT needs: the capability, a consenter for each orderer, endpoints at the organisation', () => {
    expect(Capabilities).toEqual({ V3_0: true });
    expect(Orderer.OrdererType).toBe('BFT');
    expect(Orderer.ConsenterMapping.map(({ ID, Port }) => [ID, Port])).toEqual(
      plan.orderers.map(({ id, ports }) => [id, ports.grpc]),
    );
    expect(new Set(Orderer.ConsenterMapping.map(({ Identity }) => Identity)).size).toBe(4);
    expect(Orderer.Organizations[0]?.OrdererEndpoints).toHaveLength(4);
    // Refused by configtxgen together with the capability V3_0.
    expect(Orderer).not.toHaveProperty('Addresses');
  });

  it('orders its time-outs as the SmartBFT library demands (pkg/types/config.go, Validate)', () => {
    const bft = Orderer.SmartBFT;
    expect(seconds(bft.RequestForwardTimeout)).toBeLessThanOrEqual(seconds(bft.RequestComplainTimeout));
    expect(seconds(bft.RequestComplainTimeout)).toBeLessThanOrEqual(seconds(bft.RequestAutoRemoveTimeout));
    expect(seconds(bft.ViewChangeResendInterval)).toBeLessThanOrEqual(seconds(bft.ViewChangeTimeout));
    expect(bft.RequestBatchMaxCount).toBeLessThanOrEqual(bft.RequestBatchMaxBytes);
    expect(bft.RequestPoolSize).toBeGreaterThanOrEqual(2 * bft.RequestBatchMaxCount);
  });

  it('lets a majority endorse, and only peers', () => {
    expect(Application.Policies.Endorsement).toEqual({ Type: 'ImplicitMeta', Rule: 'MAJORITY Endorsement' });
    const rules = Application.Organizations.map(({ Policies }) => Policies.Endorsement?.Rule);
    expect(rules).toEqual(["OR('GrowersMSP.peer')", "OR('FreshHubMSP.peer')", "OR('RetailMSP.peer')"]);
  });

  it('names each peer as an anchor, so that peers find those of other organisations', () => {
    const anchors = Application.Organizations.flatMap(({ AnchorPeers = [] }) => AnchorPeers.map(({ Port }) => Port));
    expect(anchors).toEqual(plan.organisations.map(({ peer }) => peer.ports.grpc));
  });
});
