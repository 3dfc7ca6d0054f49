import { type ExcursionAlert, excursionAlertType, type Rule, type StreamRecord, valueScale } from '@hopline/protocol';
import type { DeviceRecord } from '../registry/registry.ts';
import type { RuleStore } from '../store/rule-store.ts';
import { type BrokenRun, emptyTracker, type Observation, type TrackerState, track } from './excursion-tracker.ts';

/**
 * Watches accepted readings by their device's rules. It runs within the transaction that stores the readings, so that a
 * crash leaves a reading with its alert, or neither.
 */
export class RuleEngine {
  readonly #store: RuleStore;
  readonly #node: string;
  readonly #states = new Map<string, TrackerState>();

  readonly #dropped: (alerts: number) => void;

  /** `dropped` is told, within the transaction, of alerts that made room for newer ones before any gateway had them. */
  constructor(store: RuleStore, node: string, dropped: (alerts: number) => void) {
    this.#store = store;
    this.#node = node;
    this.#dropped = dropped;
  }

  /** Takes the records of one reading in and returns the alerts that they raise, which are in the outbox already. */
  observe(
    device: DeviceRecord,
    deviceId: number,
    records: readonly StreamRecord[],
    receivedAtMs: number,
  ): ExcursionAlert[] {
    const alerts: ExcursionAlert[] = [];
    for (const rule of device.rules) {
      for (const observation of observationsOf(rule, records)) {
        const alert = this.#observeOne(device, deviceId, rule, observation, receivedAtMs);
        if (alert) alerts.push(alert);
      }
    }
    return alerts;
  }

  /** To be called when the transaction was rolled back. */
  forget(): void {
    this.#states.clear();
  }

  #observeOne(
    device: DeviceRecord,
    deviceId: number,
    rule: Rule,
    observation: Observation,
    receivedAtMs: number,
  ): ExcursionAlert | null {
    const key = `${deviceId} ${rule.id}`;
    const before = this.#states.get(key) ?? this.#store.state(deviceId, rule.id) ?? emptyTracker;
    const { state, save, excursion, alert } = track(before, rule, observation);
    this.#states.set(key, state);
    if (save) this.#store.saveState(deviceId, rule.id, state);
    if (!excursion) return null;
    this.#store.noteExcursion({ device: device.device, stream: rule.stream, rule: rule.id, ...excursion });
    if (!alert) return null;
    const event = alertOf(this.#node, device.device, rule, excursion, receivedAtMs);
    const dropped = this.#store.addAlert(event);
    if (dropped > 0) this.#dropped(dropped);
    return event;
  }
}

function observationsOf(rule: Rule, records: readonly StreamRecord[]): Observation[] {
  const found: Observation[] = [];
  for (const { stream, unit, value, timeMs } of records) {
    if (stream !== rule.stream || unit !== rule.unit || value.kind !== 'number') continue;
    found.push({ timeMs, value: Math.round(value.value * valueScale) });
  }
  return found.sort((a, b) => a.timeMs - b.timeMs);
}

/** The id follows from what happened, so that the same excursion has the same id after a crash and on every attempt. */
function alertOf(
  node: string,
  device: string,
  rule: Rule,
  { fromMs, toMs, peak }: BrokenRun,
  receivedAtMs: number,
): ExcursionAlert {
  return {
    specversion: '1.0',
    id: `${rule.id}.${fromMs}.${device}`,
    source: `urn:hopline:node:${node}`,
    type: excursionAlertType,
    subject: rule.stream === '' ? device : `${device}/${rule.stream}`,
    time: new Date(receivedAtMs).toISOString(),
    datacontenttype: 'application/json',
    data: {
      node,
      device,
      stream: rule.stream,
      unit: rule.unit,
      rule: rule.id,
      min: rule.min,
      max: rule.max,
      fromMs,
      toMs,
      peak,
      receivedAtMs,
    },
  };
}
