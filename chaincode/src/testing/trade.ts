import type { CaptureResult, Policy, Refusal } from '@hopline/protocol';
import type { NormalisedCommon, NormalisedEvent } from '@hopline/protocol/epcis';
import { applyEvent } from '../provenance/apply-event.ts';
import { Refused } from '../refused.ts';
import { Draft } from '../state/draft.ts';
import { MemoryLedger } from './memory-ledger.ts';

/** Places of the tests, with whose they are. */
export const owners = {
  '9506000100012': 'AMSP',
  '9506000100029': 'AMSP',
  '9506000100036': 'BMSP',
  '9506000100043': 'BMSP',
} as const;
export type Place = keyof typeof owners;

export const [a1, a2, b1, b2] = Object.keys(owners) as [Place, Place, Place, Place];

export function link(place: string): string {
  return `https://id.gs1.org/414/${place}`;
}

export const timeMs = 1_790_000_000_000;

/** What an event may state; the rest is absent. */
export type Parts = Partial<NormalisedCommon>;

/** What all events share, at a place. */
export function common(place: string, over: Parts = {}): NormalisedCommon {
  return {
    eventTimeMs: timeMs,
    eventTime: new Date(timeMs).toISOString(),
    eventTimeZoneOffset: '+00:00',
    recordTimeMs: null,
    eventId: null,
    bizStep: null,
    disposition: null,
    persistentDisposition: { set: [], unset: [] },
    readPoint: link(place),
    bizLocation: null,
    bizTransactions: [],
    sources: [],
    destinations: [],
    errorDeclaration: null,
    certifications: [],
    sensorMeasurements: [],
    ilmd: {},
    extensions: {},
    ...over,
  };
}

/** A ledger with the tests' places, on which events take effect one by one. */
export class Trade {
  readonly ledger = new MemoryLedger();
  #events = 0;

  /** @param policies of the organisations that have one */
  constructor(policies: readonly Policy[] = []) {
    for (const policy of policies) this.setPolicy(policy);
    for (const [gln, mspId] of Object.entries(owners)) {
      this.ledger.put('site', [gln], { schema: 1, gln, mspId, name: gln, kind: 'warehouse' });
    }
  }

  setPolicy(policy: Policy): void {
    this.ledger.put('policy', [policy.mspId], { schema: 1, ...policy });
  }

  /** Name of the event that was applied last. */
  get lastHash(): string {
    return `ni:///sha-256;${this.#events}?ver=CBV2.0`;
  }

  /** Applies an event in the name of the organisation (by default that of its read point). Throws what it is refused for. */
  async apply(event: NormalisedEvent, mspId?: string): Promise<CaptureResult['events'][number]> {
    this.#events++;
    const draft = new Draft(this.ledger);
    const place = event.readPoint?.slice(-13) as Place | undefined;
    const by = mspId ?? (place ? owners[place] : 'AMSP');
    const capturer = { signer: 'app', mspId: by, kid: 'k'.repeat(43), places: [] };
    const captured = { event: this.lastHash, declaration: null, normalised: event, position: 0 };
    const result = await applyEvent(draft, captured, capturer, timeMs);
    this.ledger.commit(draft);
    return result;
  }

  /** The refusal of an event that has to be refused. */
  async refuse(event: NormalisedEvent, mspId?: string): Promise<Refusal> {
    try {
      await this.apply(event, mspId);
    } catch (error) {
      if (error instanceof Refused) return error.refusal;
      throw error;
    }
    throw new Error('the event was applied');
  }
}
