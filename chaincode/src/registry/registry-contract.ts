import { stateKey } from '@hopline/protocol';
import { type Context, Contract } from 'fabric-contract-api';
import { query, transact } from '../transaction.ts';
import { enrolDevice, updateDevice } from './enrol-device.ts';
import { enrolEdgeNode } from './enrol-edge-node.ts';
import { enrolSigner } from './enrol-signer.ts';
import { putOrganisation, putPolicy, putProduct, putRecords, putSite } from './put-records.ts';
import { revoke } from './revoke.ts';

/** Who and what is known on the ledger. Every method is a transaction or a query; the contract API makes it one. */
export class RegistryContract extends Contract {
  constructor() {
    super('registry');
  }

  async PutOrganisation(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'registry:PutOrganisation', argument, putOrganisation);
  }

  async PutPolicy(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'registry:PutPolicy', argument, putPolicy);
  }

  async PutSite(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'registry:PutSite', argument, putSite);
  }

  async PutProduct(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'registry:PutProduct', argument, putProduct);
  }

  async PutRecords(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'registry:PutRecords', argument, putRecords);
  }

  async EnrolEdgeNode(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'registry:EnrolEdgeNode', argument, enrolEdgeNode);
  }

  async EnrolDevice(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'registry:EnrolDevice', argument, enrolDevice);
  }

  async UpdateDevice(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'registry:UpdateDevice', argument, updateDevice);
  }

  async EnrolSigner(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'registry:EnrolSigner', argument, enrolSigner);
  }

  async Revoke(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'registry:Revoke', argument, revoke);
  }

  async GetOrganisation(ctx: Context, argument: string): Promise<string> {
    return query(ctx, 'registry:GetOrganisation', argument, ({ mspId }, reader) =>
      reader.get('organisation', stateKey('organisation', mspId)),
    );
  }

  /** `null` for an organisation that has none: the strict policy counts for it. */
  async GetPolicy(ctx: Context, argument: string): Promise<string> {
    return query(ctx, 'registry:GetPolicy', argument, ({ mspId }, reader) =>
      reader.get('policy', stateKey('policy', mspId)),
    );
  }

  async GetSite(ctx: Context, argument: string): Promise<string> {
    return query(ctx, 'registry:GetSite', argument, ({ gln }, reader) => reader.get('site', stateKey('site', gln)));
  }

  async GetProduct(ctx: Context, argument: string): Promise<string> {
    return query(ctx, 'registry:GetProduct', argument, ({ gtin }, reader) =>
      reader.get('product', stateKey('product', gtin)),
    );
  }

  async GetEdgeNode(ctx: Context, argument: string): Promise<string> {
    return query(ctx, 'registry:GetEdgeNode', argument, ({ node }, reader) =>
      reader.get('edge-node', stateKey('edge-node', node)),
    );
  }

  async GetDevice(ctx: Context, argument: string): Promise<string> {
    return query(ctx, 'registry:GetDevice', argument, ({ device }, reader) =>
      reader.get('device', stateKey('device', device)),
    );
  }

  async GetSigner(ctx: Context, argument: string): Promise<string> {
    return query(ctx, 'registry:GetSigner', argument, ({ signer }, reader) =>
      reader.get('signer', stateKey('signer', signer)),
    );
  }
}
