import { writeFile } from 'node:fs/promises';
import { openJournal } from '../device/journal.ts';
import { createMemoryStore, openFileStore } from '../device/store.ts';
import { totalOf } from '../device/tally.ts';
import { createFleet, type FleetStats } from '../fleet/create-fleet.ts';
import { demoFleetPlan } from '../fleet/demo-plan.ts';
import { type FleetPlan, fleetPlanSchema } from '../fleet/plan.ts';
import type { Command, Values } from './command.ts';
import { passwordsFlag, readJsonFile, readPasswords, urlOfNode } from './target.ts';

const hourMs = 3_600_000;
const statusEveryMs = 1000;
/** Two warehouses under the company prefix that GS1 keeps for examples. */
const exampleWarehouses = ['9521002000115', '9521002000122'];

export const fleetCommand: Command = {
  name: 'fleet',
  summary: 'run the simulated warehouses with their probes, trackers and recordings',
  description: `
Runs a whole fleet: first a stretch of the past, as fast as it is acknowledged, then live. Without --plan it is the demo's
fleet with pallets of its own; --url may hold {gln} and {n}, which are filled in for each edge node.

  npm run sim -- fleet --url 'ws://127.0.0.1:9001' --hours 2 --live
  npm run sim -- fleet --plan plan.json --passwords passwords.json --url 'ws://127.0.0.1:8090/sites/{gln}/{n}/mqtt'`,
  flags: [
    { name: 'url', value: 'URL', help: 'where the edge nodes listen' },
    { name: 'plan', value: 'FILE', help: "a fleet plan as JSON; without it the demo's" },
    passwordsFlag,
    { name: 'devices', value: 'N', help: "size of the demo's fleet (50)" },
    { name: 'readings', value: 'N', help: 'at least so many in the past stretch (2000)' },
    { name: 'hours', value: 'H', help: 'length of the past stretch, up to now; 0 for none (36)' },
    { name: 'live', help: 'go on in real time until Ctrl-C' },
    { name: 'every', value: 'SECONDS', help: 'interval of live readings (5)' },
    { name: 'mqtt', value: '4|5', help: 'protocol version for all devices; 4 is MQTT 3.1.1 (as planned)' },
    { name: 'memory', value: 'FOLDER', help: 'keep counters and undelivered readings there, over restarts' },
    { name: 'journal', value: 'FILE', help: 'append a line for each acknowledged reading' },
    { name: 'seed', value: 'N', help: "what the demo's fleet and its faults are made from (1)" },
    { name: 'write-plan', value: 'FILE', help: 'write the plan as JSON and run nothing (- for standard output)' },
    { name: 'json', help: 'print the counts as one JSON object at the end' },
  ],
  async run(values, signal) {
    const nowMs = Date.now();
    const spanMs = values.number('hours', 36, 0) * hourMs;
    const plan = await planOf(values, nowMs, spanMs);
    if (values.has('write-plan')) return writePlan(values.required('write-plan'), plan);
    await runFleet(values, plan, nowMs, spanMs, signal);
  },
};

async function planOf(values: Values, endMs: number, spanMs: number): Promise<FleetPlan> {
  const file = values.text('plan');
  const plan =
    file === undefined ? examplePlan(values, endMs, spanMs) : await readJsonFile<FleetPlan>(file, fleetPlanSchema);
  if (!values.has('mqtt')) return plan;
  const protocolVersion = values.oneOf('mqtt', ['4', '5'], '5') === '4' ? 4 : 5;
  return { ...plan, devices: plan.devices.map((device) => ({ ...device, protocolVersion })) };
}

function examplePlan(values: Values, endMs: number, spanMs: number): FleetPlan {
  const loadMs = endMs - spanMs;
  const pallets = [0, 1, 2, 3].map((index) => ({
    trackerSerial: `EX${index + 1}`,
    trackerEpc: null,
    warehouse: exampleWarehouses[index % 2] ?? '',
    loadMs,
    shipMs: loadMs + hourMs / 2,
    receiveMs: loadMs + 2 * hourMs,
    unloadMs: endMs + 24 * hourMs,
    dockMs: index === 1 ? 75 * 60_000 : 0,
  }));
  return demoFleetPlan({
    seed: values.count('seed', 1, 0),
    endMs,
    spanMs: Math.max(spanMs, hourMs),
    warehouses: exampleWarehouses.map((gln) => ({ gln, node: `${gln}/0` })),
    pallets,
    devices: values.count('devices', 50),
    readings: values.count('readings', 2000),
  });
}

async function writePlan(path: string, plan: FleetPlan): Promise<void> {
  const text = `${JSON.stringify(plan, null, 2)}\n`;
  if (path === '-') process.stdout.write(text);
  else await writeFile(path, text, { mode: 0o600 });
}

async function runFleet(values: Values, plan: FleetPlan, nowMs: number, spanMs: number, signal: AbortSignal) {
  const url = values.required('url');
  const memory = values.text('memory');
  const journalPath = values.text('journal');
  const passwordOf = await readPasswords(values.text('passwords'));
  const store = memory === undefined ? createMemoryStore() : await openFileStore(memory);
  const journal = journalPath === undefined ? null : openJournal(journalPath);
  try {
    const fleet = await createFleet(plan, { passwordOf, urlOf: urlOfNode(url), store, journal, nowMs: Date.now });
    const show = showStatus(() => fleet.stats());
    try {
      if (spanMs > 0) await fleet.publishHistory({ fromMs: nowMs - spanMs, toMs: nowMs, signal });
      if (values.has('live')) await fleet.runLive({ everyMs: values.number('every', 5) * 1000, signal });
    } finally {
      show.end();
      await fleet.stop();
      console.log(values.has('json') ? JSON.stringify(fleet.stats()) : statusLine(fleet.stats()));
    }
  } finally {
    journal?.close();
    await store.close();
  }
}

/** A line that is written again and again on a terminal; elsewhere nothing until the end. */
function showStatus(stats: () => FleetStats): { end(): void } {
  if (!process.stderr.isTTY) return { end: () => {} };
  const timer = setInterval(() => process.stderr.write(`\r\u001b[K${statusLine(stats())}`), statusEveryMs);
  return {
    end: () => {
      clearInterval(timer);
      process.stderr.write('\r\u001b[K');
    },
  };
}

function statusLine(stats: FleetStats): string {
  return (
    `${stats.connected}/${stats.devices} connected, ${stats.acknowledged} acknowledged, ${stats.pending} pending, ` +
    `${totalOf(stats.quarantined)} quarantined, ${totalOf(stats.refused)} refused, ${stats.duplicates} duplicates, ` +
    `${stats.resent} sent again`
  );
}
