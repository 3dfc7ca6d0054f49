import { status } from '@grpc/grpc-js';
import type { Membership } from './membership.ts';
import { RpcError } from './rpc-error.ts';

/** The channel's readers: everybody with a valid identity of one of its organisations. */
export type ReadAccess = { channel: string; membership: Membership; now: () => number };

/** @throws RpcError PERMISSION_DENIED where the channel, the identity or its signature over the data is wrong */
export async function checkReader(
  access: ReadAccess,
  channel: string,
  identity: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<void> {
  if (channel !== access.channel) throw denied(`channel [${channel}] does not exist`);
  const reader = await access.membership.verify(identity, data, signature);
  if (!reader) throw denied(`channel [${channel}] identity or signature is not valid`);
  if (reader.expiresAtMs < access.now()) throw denied(`channel [${channel}] identity expired`);
}

function denied(reason: string): RpcError {
  return new RpcError(status.PERMISSION_DENIED, `access denied: ${reason}`);
}
