import { type NodeConfig, nodesConfigSchema } from '@hopline/protocol/edge';
import { EdgeError } from './error.ts';
import type { EdgeNode } from './node/edge-node.ts';

/** Bindings of the Worker, as wrangler.jsonc and the local workerd configuration declare them. */
export interface Env {
  readonly EDGE_NODE: DurableObjectNamespace<EdgeNode>;
  /** JSON object of node configurations by node id. It holds bearer tokens and is a secret. */
  readonly NODES: string;
  /** The ledger's channel, which every signed thing names. */
  readonly CHANNEL?: string;
}

const defaultChannel = 'provenance';

export function channelOf(env: Env): string {
  return env.CHANNEL ?? defaultChannel;
}

let parsed: { text: string; nodes: ReadonlyMap<string, NodeConfig> } | null = null;

/** Configuration of the nodes by id, parsed once an isolate. Throws `config-malformed`, without the text: it is secret. */
export function nodesOf(env: Env): ReadonlyMap<string, NodeConfig> {
  if (parsed?.text !== env.NODES) parsed = { text: env.NODES, nodes: parseNodes(env.NODES) };
  return parsed.nodes;
}

function parseNodes(text: string): ReadonlyMap<string, NodeConfig> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new EdgeError('config-malformed', 'the binding NODES is not JSON');
  }
  const result = nodesConfigSchema.safeParse(json);
  if (result.success) return new Map(Object.entries(result.data));
  const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new EdgeError('config-malformed', 'the binding NODES is not of its form', { issues });
}
