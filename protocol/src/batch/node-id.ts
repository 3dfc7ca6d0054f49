import { ProtocolError } from '../error.ts';

/** An edge node's name: the GLN of its site and its number there, `{gln}/{n}`. */
export interface NodeId {
  readonly gln: string;
  readonly n: number;
}

export const maxNodesPerSite = 1000;
const pattern = /^(\d{13})\/(0|[1-9]\d{0,2})$/;

/** Reads `{gln}/{n}`. The GLN's check digit is looked at where sites are registered. Throws `node-id-malformed`. */
export function parseNodeId(text: string): NodeId {
  const match = pattern.exec(text);
  if (!match?.[1] || match[2] === undefined) {
    throw new ProtocolError('node-id-malformed', 'an edge node is named {gln}/{n}', { node: text.slice(0, 32) });
  }
  return { gln: match[1], n: Number(match[2]) };
}

export function formatNodeId({ gln, n }: NodeId): string {
  return `${gln}/${n}`;
}
