import { captureKey, eventHash, type JsonObject } from '../src/epcis/index.ts';
import type { Place, Remark } from './report.ts';

/** How many events of one run are compared with later ones: some hundred bytes of memory each. */
export const maxEventsRemembered = 1_000_000;

/** Knows the events of a run, and tells repetitions and conflicts as the ledger would. */
export class SeenEvents {
  readonly #byKey = new Map<string, Place>();
  readonly #byId = new Map<string, { readonly hash: string; readonly place: Place }>();

  /** Whether events came that later ones are not compared with. */
  get isFull(): boolean {
    return this.#byKey.size >= maxEventsRemembered;
  }

  /**
   * Notes a right event. One eventID belongs to one hash: a declaration of error carries the id of the event that it is about,
   * and has its hash, so it is no conflict.
   */
  async note(place: Place, source: JsonObject): Promise<Remark[]> {
    const [key, hash] = await Promise.all([captureKey(source), eventHash(source)]);
    const remarks: Remark[] = [];
    const same = this.#byKey.get(key);
    if (same) remarks.push(remark('repetition', same, 'says the same as'));
    else if (!this.isFull) this.#byKey.set(key, place);

    const { eventID } = source;
    if (typeof eventID !== 'string') return remarks;
    const named = this.#byId.get(eventID);
    if (!named) {
      if (!this.isFull) this.#byId.set(eventID, { hash, place });
    } else if (named.hash !== hash) {
      remarks.push(remark('event-id-conflict', named.place, `eventID ${eventID} is already that of another event,`));
    }
    return remarks;
  }
}

function remark(code: Remark['code'], { file, pointer }: Place, words: string): Remark {
  return { code, first: { file, pointer }, message: `${words} ${file} ${pointer || '(document)'}` };
}
