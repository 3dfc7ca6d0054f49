import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCertificateAuthority } from './certificate-authority.ts';
import { signLowS } from './ecdsa.ts';
import { alterTransaction } from './testing/envelope.ts';
import { type Fixture, rejection, startFixture, text } from './testing/fixture.ts';
import { connectGateway, type GatewayClient } from './testing/gateway-client.ts';

const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS;
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

let fixture: Fixture;
let clockOffsetMs = 0;
beforeAll(async () => {
  fixture = await startFixture({}, { now: () => Date.now() + clockOffsetMs });
});
afterAll(() => fixture.stop());

const growersProfile = () => {
  const [growers] = fixture.ledger.profile.organisations;
  if (!growers) throw new Error('no organisation');
  return growers;
};

describe('a proposal is refused', () => {
  it('with a signature over something else', async () => {
    const { contract, gateway } = fixture.growers;
    const bytes = contract.newProposal('put', { arguments: ['a', 'forged'] }).getBytes();
    const key = createPrivateKey(await readFile(growersProfile().identity.keyFile));
    const error = await rejection(gateway.newSignedProposal(bytes, await signLowS(key, Buffer.from('x'))).endorse());
    expect(error.code).toBe(status.ABORTED);
    expect(error.details[0]?.message).toBe(
      'error validating proposal: access denied: channel [provenance] creator org [GrowersMSP]',
    );
  });

  it('with the other one of the two possible signatures', async () => {
    const { contract, gateway } = fixture.growers;
    const proposal = contract.newProposal('get', { arguments: ['a'] });
    const key = createPrivateKey(await readFile(growersProfile().identity.keyFile));
    const signature = await signLowS(key, proposal.getDigest());
    const low = gateway.newSignedProposal(proposal.getBytes(), signature);
    expect(text(await low.evaluate())).toBe('');
    const high = gateway.newSignedProposal(proposal.getBytes(), withHighS(signature));
    const error = await rejection(high.evaluate());
    expect(error.code).toBe(status.FAILED_PRECONDITION);
  });

  it.each([
    ['whose certificate another authority issued', 'GrowersMSP', 'creator org [GrowersMSP]'],
    ['of an organisation that is not there', 'NobodyMSP', 'creator org unknown, creator is malformed'],
  ])('by somebody %s', async (_, mspId, words) => {
    const foreign = await createCertificateAuthority(mspId, 'ca.foreign', Date.now());
    const pair = await foreign.issueIdentity('mallory', 'client');
    const client = await connectAs(mspId, pair.cert, pair.key);
    const error = await rejection(client.contract.submitTransaction('put', 'a', 'foreign'));
    expect(error.code).toBe(status.ABORTED);
    expect(error.details[0]?.message).toContain(words);
    client.close();
  });

  it('by a peer, which may not write', async () => {
    const folder = join(fixture.dataDir, 'crypto', 'GrowersMSP', 'peer');
    const [cert, key] = [await readFile(join(folder, 'cert.pem')), await readFile(join(folder, 'key.pem'))];
    const client = await connectAs('GrowersMSP', cert.toString(), key.toString());
    const error = await rejection(client.contract.submitTransaction('put', 'a', 'peer'));
    expect(error.details[0]?.message).toContain('role [peer] may not propose');
    client.close();
  });

  it.each([16 * MINUTE_MS, -16 * MINUTE_MS])('made %i ms off the clock of the peer', async (offset) => {
    clockOffsetMs = offset;
    try {
      const submitted = await rejection(fixture.growers.contract.submitTransaction('put', 'a', 'late'));
      expect(submitted.code).toBe(status.ABORTED);
      expect(submitted.details[0]?.message).toContain('request unauthorized due to incorrect timestamp');
      const evaluated = await rejection(fixture.growers.contract.evaluateTransaction('get', 'a'));
      expect(evaluated.code).toBe(status.UNAVAILABLE);
    } finally {
      clockOffsetMs = 0;
    }
  });

  it('but not when it is within the fifteen minutes', async () => {
    clockOffsetMs = 14 * MINUTE_MS;
    try {
      await fixture.growers.contract.submitTransaction('put', 'within', 'yes');
    } finally {
      clockOffsetMs = 0;
    }
  });

  it.each([
    ['on another channel', 'elsewhere', 'hopline'],
    ['to another chaincode', 'provenance', 'nothing'],
  ])('%s', async (_, channel, chaincode) => {
    const contract = fixture.growers.gateway.getNetwork(channel).getContract(chaincode);
    const error = await rejection(contract.submitTransaction('put', 'a', 'b'));
    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.message).toContain(`no peers available to endorse chaincode ${chaincode} in channel ${channel}`);
  });

  it('that asks for an organisation that is not there', async () => {
    const proposal = fixture.growers.contract.newProposal('put', {
      arguments: ['a', 'b'],
      endorsingOrganizations: ['GrowersMSP', 'NobodyMSP'],
    });
    const error = await rejection(proposal.endorse());
    expect(error.code).toBe(status.UNAVAILABLE);
    expect(error.message).toContain('failed to find any endorsing peers for org(s): NobodyMSP');
  });
});

describe('a transaction is refused by the orderer', () => {
  it('when somebody else signed it', async () => {
    const { contract, gateway } = fixture.growers;
    const transaction = await contract.newProposal('put', { arguments: ['a', 'b'] }).endorse();
    const admin = createPrivateKey(await readFile(growersProfile().admin?.keyFile ?? ''));
    const signature = await signLowS(admin, transaction.getDigest());
    const error = await rejection(gateway.newSignedTransaction(transaction.getBytes(), signature).submit());
    expect(error.code).toBe(status.ABORTED);
    expect(error.message).toContain('status=FORBIDDEN');
  });

  it('when it is too large', async () => {
    const own = await startFixture({ limits: { maxTransactionBytes: 20_000 } });
    try {
      const error = await rejection(own.growers.contract.submitTransaction('put', 'large', 'x'.repeat(20_000)));
      expect(error.message).toContain('status=BAD_REQUEST');
      expect(error.message).toContain('exceeds maximum allowed 20000 bytes');
    } finally {
      await own.stop();
    }
  });
});

describe('a transaction is committed as invalid', () => {
  it('when endorsements are missing', async () => {
    const transaction = await fixture.growers.contract.newProposal('put', { arguments: ['m', 'x'] }).endorse();
    const altered = await alterTransaction(fixture.growers, growersProfile(), transaction, (action) => {
      const endorsed = action.getAction();
      endorsed?.setEndorsementsList(endorsed.getEndorsementsList().slice(0, 1));
    });
    const result = await (await altered.submit()).getStatus();
    expect(result.successful).toBe(false);
    expect(result.code).toBe(peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE);
    expect(text(await fixture.growers.contract.evaluateTransaction('get', 'm'))).toBe('');
  });

  it('when one organisation endorsed twice', async () => {
    const transaction = await fixture.growers.contract.newProposal('put', { arguments: ['m', 'x'] }).endorse();
    const altered = await alterTransaction(fixture.growers, growersProfile(), transaction, (action) => {
      const [first = new peer.Endorsement()] = action.getAction()?.getEndorsementsList() ?? [];
      action.getAction()?.setEndorsementsList([first, first]);
    });
    const result = await (await altered.submit()).getStatus();
    expect(result.code).toBe(peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE);
  });

  it('when the endorsed result was altered', async () => {
    const transaction = await fixture.growers.contract.newProposal('put', { arguments: ['altered', 'one'] }).endorse();
    const altered = await alterTransaction(fixture.growers, growersProfile(), transaction, (action) => {
      const endorsed = action.getAction();
      const response = Buffer.from(endorsed?.getProposalResponsePayload_asU8() ?? new Uint8Array());
      response.write('two', response.indexOf('one'));
      endorsed?.setProposalResponsePayload(response);
    });
    const result = await (await altered.submit()).getStatus();
    expect(result.code).toBe(peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE);
  });

  it('when its input is not the one that was endorsed', async () => {
    const transaction = await fixture.growers.contract.newProposal('put', { arguments: ['input', 'one'] }).endorse();
    const altered = await alterTransaction(fixture.growers, growersProfile(), transaction, (action) => {
      const input = Buffer.from(action.getChaincodeProposalPayload_asU8());
      input.write('two', input.indexOf('one'));
      action.setChaincodeProposalPayload(input);
    });
    const result = await (await altered.submit()).getStatus();
    expect(result.code).toBe(peer.TxValidationCode.INVALID_ENDORSER_TRANSACTION);
  });
});

describe('a question about a transaction is refused', () => {
  it('from somebody whose certificate has expired', async () => {
    const commit = await fixture.growers.contract.submitAsync('put', { arguments: ['a', 'b'] });
    clockOffsetMs = 11 * YEAR_MS;
    try {
      const error = await rejection(commit.getStatus());
      expect(error.code).toBe(status.PERMISSION_DENIED);
      expect(error.message).toContain('identity expired');
    } finally {
      clockOffsetMs = 0;
    }
  });
});

async function connectAs(mspId: string, certPem: string, keyPem: string): Promise<GatewayClient> {
  const key = createPrivateKey(keyPem);
  return connectGateway(fixture.ledger.profile, {
    identity: { mspId, credentials: Buffer.from(certPem) },
    signer: (message) => signLowS(key, message),
  });
}

function withHighS(der: Buffer): Buffer {
  const rEnd = 4 + (der[3] ?? 0);
  const s = BigInt(`0x${der.subarray(rEnd + 2).toString('hex')}`);
  const high = Buffer.from((P256_ORDER - s).toString(16).padStart(64, '0'), 'hex');
  const content = Buffer.concat([der.subarray(2, rEnd), Buffer.of(0x02, high.length + 1, 0), high]);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}
