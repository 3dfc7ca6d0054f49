import { isDeviceUrn } from '@hopline/protocol';
import type { Principal } from './session.ts';
import { isTopicFilter } from './topic.ts';

/** Topics that devices publish to; the second level is the device's own URN. */
export const deviceTopicKinds = ['readings', 'epochs', 'status'] as const;
export type DeviceTopicKind = (typeof deviceTopicKinds)[number];

export interface DeviceTopic {
  readonly kind: DeviceTopicKind;
  readonly device: string;
}

/** Reads `readings/{device}`, `epochs/{device}` or `status/{device}`; `null` for any other topic. */
export function parseDeviceTopic(topic: string): DeviceTopic | null {
  const separator = topic.indexOf('/');
  const kind = deviceTopicKinds.find((known) => known === topic.slice(0, separator));
  const device = topic.slice(separator + 1);
  return kind && isDeviceUrn(device) ? { kind, device } : null;
}

/** Devices publish to their own topics only; operators do not publish. */
export function mayPublish(principal: Principal, topic: DeviceTopic | null): topic is DeviceTopic {
  return principal.kind === 'device' && topic?.device === principal.device;
}

/** Devices may subscribe to alerts and to their own topics; operators to everything. */
export function maySubscribe(principal: Principal, filter: string): boolean {
  if (!isTopicFilter(filter)) return false;
  if (principal.kind === 'operator') return true;
  const [first, second, ...deeper] = filter.split('/');
  if (first === 'alerts') return true;
  return deeper.length === 0 && second === principal.device && deviceTopicKinds.some((kind) => kind === first);
}

/**
 * The QoS granted to a filter. Alerts are kept for a session that is away and are delivered at least once; what else
 * passes by (the readings themselves) is shown at most once: who needs all of it reads batches, over HTTP, with proofs.
 */
export function grantedQos(filter: string, requested: 0 | 1 | 2): 0 | 1 {
  return requested > 0 && filter.startsWith('alerts/') ? 1 : 0;
}
