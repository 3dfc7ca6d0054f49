import { status } from '@grpc/grpc-js';
import type { Endorser, PeerAnswer } from './endorser.ts';
import type { Proposal } from './proposal.ts';
import { type Detail, RpcError } from './rpc-error.ts';
import type { StateSnapshot } from './state-store.ts';
import type { Endorsement } from './transaction.ts';

export type EndorsementPlan = {
  /** The peer whose failure ends the attempt: the gateway's own. Undefined where the client named the organisations. */
  first: Endorser | undefined;
  /** Who may endorse, in the order in which to ask; `first` is among them. */
  candidates: Endorser[];
  /** How many of them must agree. */
  required: number;
  /** Ask all at once, instead of as many as are required and more only when one fails. */
  askAll: boolean;
};

export type CollectedEndorsements = { responsePayload: Buffer; endorsements: Endorsement[] };

type Answered = { endorser: Endorser; answer: PeerAnswer };

/**
 * Collects endorsements of one proposal: the peers execute it at the same time, against the same snapshot, and their
 * results must be equal byte for byte. Done as soon as enough agree; whoever is asked and disagrees later is reported.
 *
 * @throws RpcError ABORTED with what each peer said (Fabric: internal/pkg/gateway/endorse.go)
 */
export async function collectEndorsements(
  proposal: Proposal,
  plan: EndorsementPlan,
  openSnapshot: () => StateSnapshot,
  log: (line: string) => void,
): Promise<CollectedEndorsements> {
  const snapshot = openSnapshot();
  const collection = new Collection(proposal, plan, snapshot);
  try {
    return await collection.run();
  } finally {
    void collection.finish(log).finally(() => snapshot.close());
  }
}

class Collection {
  readonly #proposal: Proposal;
  readonly #plan: EndorsementPlan;
  readonly #snapshot: StateSnapshot;
  readonly #pending = new Map<Endorser, Promise<Answered>>();
  readonly #spare: Endorser[];
  readonly #details: Detail[] = [];
  readonly #agreeing: Extract<PeerAnswer, { ok: true }>[] = [];

  constructor(proposal: Proposal, plan: EndorsementPlan, snapshot: StateSnapshot) {
    this.#proposal = proposal;
    this.#plan = plan;
    this.#snapshot = snapshot;
    this.#spare = [...plan.candidates];
  }

  async run(): Promise<CollectedEndorsements> {
    const { first, required, askAll, candidates } = this.#plan;
    for (let asked = 0; asked < (askAll ? candidates.length : required); asked++) this.#askNext();
    if (first) {
      const own = this.#pending.get(first);
      if (own && !this.#take(await own)) {
        throw new RpcError(
          status.ABORTED,
          'failed to endorse transaction, see attached details for more info',
          this.#details,
        );
      }
    }
    while (this.#agreeing.length < required && this.#pending.size > 0) {
      if (!this.#take(await Promise.race(this.#pending.values()))) this.#askNext();
    }
    const [agreed] = this.#agreeing;
    if (!agreed || this.#agreeing.length < required) {
      throw new RpcError(
        status.ABORTED,
        'failed to collect enough transaction endorsements, see attached details for more info',
        this.#details,
      );
    }
    const endorsements = await Promise.all(this.#agreeing.slice(0, required).map((answer) => answer.endorse()));
    return { responsePayload: agreed.responsePayload, endorsements };
  }

  /** Waits for those who were asked and not needed, and reports who came to another result. */
  async finish(log: (line: string) => void): Promise<void> {
    for (const late of [...this.#pending.values()]) this.#take(await late);
    const different = this.#details.filter((detail) => detail.message === MISMATCH).map((detail) => detail.mspId);
    if (different.length > 0) {
      log(`chaincode is not deterministic: ${different.join(', ')} got another result for ${this.#proposal.txId}`);
    }
  }

  #askNext(): void {
    const endorser = this.#spare.shift();
    if (!endorser) return;
    const answered = endorser.process(this.#proposal, this.#snapshot).then((answer) => ({ endorser, answer }));
    this.#pending.set(endorser, answered);
  }

  /** Takes an answer in; false where it does not count. */
  #take({ endorser, answer }: Answered): boolean {
    this.#pending.delete(endorser);
    const [agreed] = this.#agreeing;
    const problem = !answer.ok
      ? answer.message
      : agreed && !agreed.responsePayload.equals(answer.responsePayload)
        ? MISMATCH
        : undefined;
    if (!answer.ok || problem) {
      this.#details.push({ address: endorser.address, mspId: endorser.mspId, message: problem ?? '' });
      return false;
    }
    this.#agreeing.push(answer);
    return true;
  }
}

const MISMATCH = 'ProposalResponsePayloads do not match';
