/** Where a local edge keeps what, relative to its folder. */
export const layout = {
  config: 'workerd.capnp',
  nodes: 'nodes.json',
  worker: 'worker.js',
  objects: 'objects',
} as const;

/** Names the Durable Objects' folder on disk; another key would be another, empty, edge. */
const uniqueKey = 'hopline-edge-node';

/**
 * Configuration of a plain workerd that serves the Worker from one folder (Cap'n Proto text, schema
 * `workerd/server/workerd.capnp`). Files are embedded by name, so that no secret is in it or on a command line.
 */
export function workerdConfig(options: {
  host: string;
  port: number;
  channel: string;
  compatibilityDate: string;
}): string {
  const { host, port, channel, compatibilityDate } = options;
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "objects", disk = (path = "${layout.objects}", writable = true)),
    # Gateways are often on the warehouse's own network.
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = ${text(`${host}:${port}`)}, http = (), service = "edge")],
);

const edge :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "${layout.worker}")],
  compatibilityDate = ${text(compatibilityDate)},
  bindings = [
    (name = "EDGE_NODE", durableObjectNamespace = "EdgeNode"),
    (name = "CHANNEL", text = ${text(channel)}),
    (name = "NODES", text = embed "${layout.nodes}"),
  ],
  durableObjectNamespaces = [(className = "EdgeNode", uniqueKey = "${uniqueKey}", enableSql = true)],
  durableObjectStorage = (localDisk = "objects"),
  globalOutbound = "internet",
);
`;
}

/** A Cap'n Proto text literal. */
function text(value: string): string {
  if (/[^\x20-\x7e]/.test(value)) throw new TypeError('only printable ASCII may stand in the configuration');
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
