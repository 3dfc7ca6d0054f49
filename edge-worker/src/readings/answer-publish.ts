import type { IPubackPacket } from 'mqtt-packet';
import type { MqttVersion } from '../mqtt/codec.ts';
import { reason } from '../mqtt/reason.ts';
import type { InboundPublish } from '../mqtt/session.ts';
import type { Verdict } from './judge.ts';

/** What became of a PUBLISH: a verdict, or a refusal before any verdict. */
export type PublishOutcome =
  | Verdict
  | { readonly kind: 'passed-on' }
  | { readonly kind: 'refuse'; readonly why: 'topic' | 'disk-full' | 'quarantine-full' | 'unavailable' };

export interface PublishAnswer {
  readonly puback: IPubackPacket | null;
  /** MQTT 3.1.1 has no reason codes: its client learns of a refusal by the end of the connection, without PUBACK. */
  readonly disconnect: number | null;
}

type Refusal = Extract<PublishOutcome, { kind: 'refuse' }>['why'];

const codes: Record<Refusal, number> = {
  malformed: reason.payloadFormatInvalid,
  'clock-ahead': reason.implementationSpecific,
  'not-authorised': reason.notAuthorised,
  topic: reason.notAuthorised,
  'too-many-epochs': reason.quotaExceeded,
  'disk-full': reason.quotaExceeded,
  'quarantine-full': reason.quotaExceeded,
  unavailable: reason.implementationSpecific,
};

/** Answers a PUBLISH after the commit (§3.4). QoS 0 is never answered. */
export function answerPublish(publish: InboundPublish, version: MqttVersion, outcome: PublishOutcome): PublishAnswer {
  if (outcome.kind === 'refuse') {
    if (version === 4) return { puback: null, disconnect: isBadMessage(outcome.why) ? null : codes[outcome.why] };
    return { puback: puback(publish, codes[outcome.why], outcome.why), disconnect: null };
  }
  const note = outcome.kind === 'quarantine' && version === 5 ? `quarantined: ${outcome.reason}` : undefined;
  return { puback: puback(publish, reason.success, note), disconnect: null };
}

/** A bad message of QoS 0 is dropped; it says nothing against the next one (QoS 1: see `forVersion`). */
function isBadMessage(why: Refusal): boolean {
  return why === 'malformed' || why === 'clock-ahead' || why === 'too-many-epochs';
}

function puback({ packetId }: InboundPublish, reasonCode: number, reasonString?: string): IPubackPacket | null {
  if (packetId === null) return null;
  const packet: IPubackPacket = { cmd: 'puback', messageId: packetId, reasonCode };
  return reasonString === undefined ? packet : { ...packet, properties: { reasonString } };
}

/**
 * What 3.1.1 makes of a refusal that sending again would not change: the client would repeat it for ever, so a message of
 * QoS 1 is set aside and acknowledged instead.
 */
export function forVersion(verdict: Verdict, version: MqttVersion, qos: 0 | 1): Verdict {
  if (verdict.kind !== 'refuse' || version === 5 || qos === 0) return verdict;
  if (verdict.why === 'not-authorised') return verdict;
  return { kind: 'quarantine', reason: verdict.why === 'too-many-epochs' ? 'epoch-unknown' : verdict.why };
}
