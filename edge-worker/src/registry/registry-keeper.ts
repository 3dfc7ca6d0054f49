import { fromBase64Url, importPublicKey, keyThumbprint, openRegistryCopy, ProtocolError } from '@hopline/protocol';
import type { NodeConfig } from '@hopline/protocol/edge';
import type { Clock } from '../clock.ts';
import { EdgeError } from '../error.ts';
import type { GatewayClient } from '../forwarding/gateway-client.ts';
import type { Stores } from '../store/stores.ts';
import { type KnownKey, Registry } from './registry.ts';

const blobName = 'registry';

export interface KeeperPorts {
  readonly node: string;
  readonly channel: string;
  readonly config: NodeConfig;
  readonly clock: Clock;
  readonly stores: Stores;
}

/** Keeps the node's copy of the registry: verified by the pinned key, never older than one it had, never expired. */
export class RegistryKeeper {
  readonly #ports: KeeperPorts;
  #registry: Registry | null = null;

  constructor(ports: KeeperPorts) {
    this.#ports = ports;
  }

  /** The copy in force, or `null` where there is none or it has expired. */
  inForce(): Registry | null {
    const registry = this.#registry;
    return registry && registry.copy.expiresMs > this.#ports.clock.nowMs() ? registry : null;
  }

  /** The newest copy, expired or not. */
  newest(): Registry | null {
    return this.#registry;
  }

  /** Reads the copy from disk, after the object woke. */
  async load(): Promise<void> {
    const { stores, clock } = this.#ports;
    const bytes = stores.blobs.get(blobName);
    if (!bytes) return;
    try {
      this.#registry = await this.#open(bytes, clock.nowMs());
    } catch (error) {
      // An expired copy, or one by a key that is pinned no longer, is as good as none: the next refresh brings another.
      if (!(error instanceof ProtocolError)) throw error;
    }
  }

  /**
   * Fetches a newer copy. Returns the new registry, or `null` where it has not changed. Throws `registry-older` where the
   * gateway offers one that goes back, which is never taken.
   */
  async refresh(gateway: GatewayClient): Promise<Registry | null> {
    const { stores, clock } = this.#ports;
    const bytes = await gateway.registry(this.#entityTag());
    if (!bytes) return null;
    const registry = await this.#open(bytes, clock.nowMs());
    const { version, revision } = registry.copy;
    const known = stores.settings.get('registry');
    if (known && (version < known.version || (version === known.version && revision < known.revision))) {
      throw new EdgeError('registry-older', 'the gateway offers an older registry copy', { version, revision, known });
    }
    stores.transaction(() => {
      stores.blobs.put(blobName, bytes);
      stores.settings.set('registry', { version, revision });
    });
    this.#registry = registry;
    return registry;
  }

  /** After half of its validity the copy is asked for anew, changed or not, so that it does not run out. */
  #entityTag(): string | null {
    const copy = this.#registry?.copy;
    if (!copy || this.#ports.clock.nowMs() >= (copy.issuedMs + copy.expiresMs) / 2) return null;
    return `"${copy.version}.${copy.revision}"`;
  }

  async #open(bytes: Uint8Array, nowMs: number): Promise<Registry> {
    const { node, channel } = this.#ports;
    const { key, kid } = await this.#pinned();
    return new Registry(await openRegistryCopy(bytes, { channel, node, key, kid, nowMs }));
  }

  async #pinned(): Promise<KnownKey> {
    const bytes = fromBase64Url(this.#ports.config.registryKey);
    return { key: await importPublicKey(bytes), kid: await keyThumbprint(bytes) };
  }
}
