import type { NodeConfig } from '@hopline/protocol/edge';

/** A gateway that answers for this Worker's organisations. */
export interface OwnGateway {
  readonly mspId: string;
  /** Without a slash at the end. */
  readonly url: string;
}

/**
 * The gateways of the organisations whose nodes this Worker has, each once, in the order of the nodes. Gateways of others are
 * left out: what a thing is said to be is a matter of one's own organisation.
 */
export function ownGateways(nodes: ReadonlyMap<string, NodeConfig>): OwnGateway[] {
  const found = new Map<string, OwnGateway>();
  for (const { mspId, gateways } of nodes.values()) {
    const own = gateways.find((gateway) => gateway.mspId === mspId);
    const url = own?.url.replace(/\/+$/, '');
    if (url !== undefined && !found.has(url)) found.set(url, { mspId, url });
  }
  return [...found.values()];
}
