import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of one gateway, in a registry of its own. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Counter<'method' | 'route' | 'status'>;
  readonly requestSeconds: Histogram<'method' | 'route'>;
  readonly statements: Counter<'outcome'>;
  readonly readings: Counter;
  readonly transactions: Counter<'name' | 'outcome'>;
  readonly alerts: Counter;
  /** What the last copy of the registry of each node leaves out. */
  readonly leftOut: Gauge<'node' | 'kind'>;
}

export interface Gauges {
  readonly height: () => number;
  readonly ledgerHeight: () => number;
  readonly lagMs: () => number;
  readonly streams: () => number;
  readonly sockets: () => number;
}

export function createMetrics(mspId: string, gauges: Gauges): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ organisation: mspId });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('hopline_projection_height', 'Blocks applied to the projection', gauges.height);
  gauge('hopline_ledger_height', 'Blocks that the ledger has', gauges.ledgerHeight);
  gauge('hopline_projection_lag_seconds', 'Since when the projection is behind', () => gauges.lagMs() / 1000);
  gauge('hopline_event_streams', 'Open streams of live updates', gauges.streams);
  gauge('hopline_epcis_sockets', 'Open WebSockets on named queries', gauges.sockets);
  return {
    registry,
    requests: new Counter({
      name: 'hopline_http_requests_total',
      help: 'Requests by route and status',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'hopline_http_request_seconds',
      help: 'Time to answer',
      labelNames: ['method', 'route'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    statements: new Counter({
      name: 'hopline_statements_total',
      help: 'Statements of edge nodes by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    readings: new Counter({ name: 'hopline_readings_anchored_total', help: 'Readings in anchored batches', registers }),
    transactions: new Counter({
      name: 'hopline_transactions_total',
      help: 'Transactions submitted by outcome',
      labelNames: ['name', 'outcome'],
      registers,
    }),
    alerts: new Counter({ name: 'hopline_alerts_total', help: 'Alerts received from edge nodes', registers }),
    leftOut: new Gauge({
      name: 'hopline_registry_copy_left_out',
      help: 'Entries that the last copy of the registry of an edge node has no room for',
      labelNames: ['node', 'kind'],
      registers,
    }),
  };
}
