import { createHash } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import { derInteger, derOctetString, derSequence } from './ecdsa.ts';
import type { Membership } from './membership.ts';
import type { SigningIdentity } from './organisation-folder.ts';
import { encode } from './proto.ts';

/** Places in a block's metadata (fabric-protos, common.BlockMetadataIndex). */
const SIGNATURES = common.BlockMetadataIndex.SIGNATURES;
const TRANSACTIONS_FILTER = common.BlockMetadataIndex.TRANSACTIONS_FILTER;
const COMMIT_HASH = common.BlockMetadataIndex.COMMIT_HASH;
const METADATA_ENTRIES = 5;
const NONCE_BYTES = 24;
/** The channel's configuration never changes on the dev ledger: it is block 0. */
const CONFIG_BLOCK = 0;

/** Transactions put in order, chained to the block before and signed by the orderer; not validated yet. */
export type OrderedBlock = { number: number; headerHash: Buffer; block: common.Block };

/**
 * Hash of a header, the link of the chain: SHA-256 over the DER sequence of number, previous hash and data hash
 * (Fabric, protoutil/blockutils.go).
 */
export function headerHash(header: common.BlockHeader): Buffer {
  return sha256(headerBytes(header));
}

function headerBytes(header: common.BlockHeader): Buffer {
  return derSequence([
    derInteger(BigInt(header.getNumber())),
    derOctetString(header.getPreviousHash_asU8()),
    derOctetString(header.getDataHash_asU8()),
  ]);
}

/** SHA-256 over the envelopes, one after the other. */
export function dataHash(envelopes: Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const envelope of envelopes) hash.update(envelope);
  return hash.digest();
}

/** Builds the next block of the chain and signs it the way an orderer does (value ‖ signature header ‖ header). */
export async function sealBlock(
  number: number,
  previousHash: Uint8Array,
  envelopes: Uint8Array[],
  orderer: SigningIdentity,
  randomBytes: (size: number) => Buffer,
): Promise<OrderedBlock> {
  const header = new common.BlockHeader();
  header.setNumber(number);
  header.setPreviousHash(previousHash);
  header.setDataHash(dataHash(envelopes));
  const data = new common.BlockData();
  data.setDataList(envelopes);

  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(orderer.serialized);
  signatureHeader.setNonce(randomBytes(NONCE_BYTES));
  const signature = new common.MetadataSignature();
  signature.setSignatureHeader(encode(signatureHeader));
  const value = ordererMetadata();
  signature.setSignature(
    await orderer.sign(Buffer.concat([value, signature.getSignatureHeader_asU8(), headerBytes(header)])),
  );
  const signatures = new common.Metadata();
  signatures.setValue(value);
  signatures.setSignaturesList([signature]);

  const metadata = new common.BlockMetadata();
  const entries: Uint8Array[] = Array.from({ length: METADATA_ENTRIES }, () => new Uint8Array());
  entries[SIGNATURES] = encode(signatures);
  metadata.setMetadataList(entries);
  const block = new common.Block();
  block.setHeader(header);
  block.setData(data);
  block.setMetadata(metadata);
  return { number, headerHash: headerHash(header), block };
}

function ordererMetadata(): Buffer {
  const lastConfig = new common.LastConfig();
  lastConfig.setIndex(CONFIG_BLOCK);
  const value = new common.OrdererBlockMetadata();
  value.setLastConfig(lastConfig);
  return encode(value);
}

/**
 * Writes a peer's findings into a block: one validation code a transaction, and the commit hash, which chains the
 * findings (SHA-256 over previous commit hash ‖ header hash ‖ codes), since the header does not cover them.
 *
 * @returns the commit hash
 */
export function recordFindings(block: OrderedBlock, codes: number[], previousCommitHash: Uint8Array): Buffer {
  const filter = Buffer.from(codes);
  const hash = commitHash(previousCommitHash, block.headerHash, filter);
  const commit = new common.Metadata();
  commit.setValue(hash);
  const entries = metadataOf(block.block);
  entries[TRANSACTIONS_FILTER] = filter;
  entries[COMMIT_HASH] = encode(commit);
  block.block.getMetadata()?.setMetadataList(entries);
  return hash;
}

function commitHash(previous: Uint8Array, header: Uint8Array, filter: Uint8Array): Buffer {
  return sha256(Buffer.concat([previous, header, filter]));
}

export function envelopesOf(block: common.Block): Uint8Array[] {
  return block.getData()?.getDataList_asU8() ?? [];
}

/** The validation code of each transaction of a committed block. */
export function codesOf(block: common.Block): Uint8Array {
  return metadataOf(block)[TRANSACTIONS_FILTER] ?? new Uint8Array();
}

function metadataOf(block: common.Block): Uint8Array[] {
  return block.getMetadata()?.getMetadataList_asU8() ?? [];
}

export type ChainLink = { number: number; headerHash: Uint8Array; commitHash: Uint8Array };

/**
 * Checks that a block read back from disk is the one that follows: number, link to the header before, hash of the data,
 * the orderer's signature, and the chained findings.
 *
 * @returns the link that the next block must follow, or what is wrong
 */
export async function verifyBlock(
  block: common.Block,
  previous: ChainLink | undefined,
  ordererMembership: Membership,
): Promise<ChainLink | { problem: string }> {
  const header = block.getHeader();
  if (!header) return { problem: 'it has no header' };
  const number = header.getNumber();
  const expected = (previous?.number ?? -1) + 1;
  if (number !== expected) return { problem: `its number is ${number}` };
  const before = previous?.headerHash ?? new Uint8Array();
  if (!equal(header.getPreviousHash_asU8(), before)) return { problem: 'it does not follow the block before' };
  if (!equal(header.getDataHash_asU8(), dataHash(envelopesOf(block)))) {
    return { problem: 'its data does not match the hash in its header' };
  }
  if (!(await isSignedByOrderer(block, header, ordererMembership))) {
    return { problem: 'the signature of its header is not by the orderer' };
  }
  const hash = headerHash(header);
  const commit = commitHash(previous?.commitHash ?? new Uint8Array(), hash, codesOf(block));
  const stated = common.Metadata.deserializeBinary(metadataOf(block)[COMMIT_HASH] ?? new Uint8Array());
  if (!equal(stated.getValue_asU8(), commit)) return { problem: 'its validation codes do not match its commit hash' };
  return { number, headerHash: hash, commitHash: commit };
}

async function isSignedByOrderer(
  block: common.Block,
  header: common.BlockHeader,
  ordererMembership: Membership,
): Promise<boolean> {
  const signatures = common.Metadata.deserializeBinary(metadataOf(block)[SIGNATURES] ?? new Uint8Array());
  const [signature] = signatures.getSignaturesList();
  if (!signature) return false;
  const signatureHeader = signature.getSignatureHeader_asU8();
  const signer = await ordererMembership.verify(
    common.SignatureHeader.deserializeBinary(signatureHeader).getCreator_asU8(),
    Buffer.concat([signatures.getValue_asU8(), signatureHeader, headerBytes(header)]),
    signature.getSignature_asU8(),
  );
  return signer?.role === 'orderer';
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
