import {
  type CaptureResult,
  captureResultSchema,
  type Device,
  type SigningKey,
  type Site,
  signCapture,
  signEnrolment,
  toBase64Url,
} from '@hopline/protocol';
import type { Committed, LedgerClient } from './ledger-client.ts';
import type { RandomIds } from './random-ids.ts';

/** An organisation of the channel with its application's signing key: what the tests act through. */
export class Member {
  readonly client: LedgerClient;
  readonly ids: RandomIds;
  readonly signer: string;
  #signingKey: SigningKey | undefined;

  constructor(client: LedgerClient, ids: RandomIds) {
    this.client = client;
    this.ids = ids;
    this.signer = ids.name('app:');
  }

  get mspId(): string {
    return this.client.mspId;
  }

  /** Registers the organisation with new keys, and a signer for its events. */
  async join(): Promise<void> {
    const [registryKey, gatewayKey] = [await this.ids.key(), await this.ids.key()];
    await this.client.submit('registry:PutOrganisation', {
      organisation: {
        mspId: this.mspId,
        name: `${this.mspId} (test)`,
        companyPrefixes: ['9506000'],
        registryKey: toBase64Url(registryKey.publicKey),
        gatewayKey: toBase64Url(gatewayKey.publicKey),
      },
    });
    this.#signingKey = await this.enrolSigner(this.signer);
  }

  async enrolSigner(signer: string, places: string[] = []): Promise<SigningKey> {
    const key = await this.ids.key();
    const publicKey = toBase64Url(key.publicKey);
    const proof = await this.prove(key, 'signer', signer);
    await this.client.submit('registry:EnrolSigner', {
      proof,
      signer: { signer, mspId: this.mspId, publicKey, places },
    });
    return key;
  }

  /** A proof of possession with a fresh one-time code, base64url. */
  async prove(
    key: SigningKey,
    purpose: 'device' | 'edge-node' | 'signer',
    subject: string,
    over: { mspId?: string; code?: string; channel?: string } = {},
  ): Promise<string> {
    const { mspId = this.mspId, code = this.ids.name('code-'), channel = this.client.channel } = over;
    return toBase64Url(await signEnrolment(key, channel, { purpose, subject, mspId, code }));
  }

  /** Registers a new site and gives its GLN. */
  async openSite(kind: Site['kind'], name: string): Promise<string> {
    const gln = this.ids.gln();
    await this.client.submit('registry:PutSite', { site: { gln, mspId: this.mspId, name, kind } });
    return gln;
  }

  /** Enrols an edge node (again) and gives its new key. */
  async enrolNode(node: string): Promise<SigningKey> {
    const key = await this.ids.key();
    await this.client.submit('registry:EnrolEdgeNode', { proof: await this.prove(key, 'edge-node', node) });
    return key;
  }

  /** A device as its owner would register it; parts can be changed. */
  device(node: string, over: Partial<Device> = {}): Device {
    return {
      device: this.ids.deviceUrn(),
      mspId: this.mspId,
      publicKey: null,
      kind: 'probe',
      place: null,
      epc: null,
      assignments: [{ node, fromMs: 0, toMs: null }],
      rules: [],
      calibration: null,
      validFromMs: 0,
      validToMs: null,
      ...over,
    };
  }

  /** Signs an EPCIS document as the organisation's application does, base64url. */
  async sign(document: unknown, over: { key?: SigningKey; signer?: string; channel?: string } = {}): Promise<string> {
    const key = over.key ?? this.#signingKey;
    if (!key) throw new Error('the member has not joined');
    return toBase64Url(
      await signCapture(key, over.channel ?? this.client.channel, over.signer ?? this.signer, document),
    );
  }

  /** Captures events and gives what became of each. */
  async capture(...events: object[]): Promise<CaptureResult['events']> {
    return captureResultSchema.parse((await this.commit(...events)).result).events;
  }

  /** The same, with the transaction that carried them. */
  async commit(...events: object[]): Promise<Committed> {
    return this.client.submit('provenance:Capture', { statement: await this.sign(epcisDocument(events)) });
  }
}

/** An EPCIS document around some events. */
export function epcisDocument(eventList: object[]): object {
  return {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: '2026-04-20T08:00:00Z',
    epcisBody: { eventList },
  };
}
