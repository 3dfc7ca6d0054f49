import type { MovementEnd, UnitRecord } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { noteEarlyUnit } from './early.ts';
import { roleIn } from './parties.ts';
import { remark, timeOrder } from './remark.ts';
import { type Effect, type Scene, together } from './scene.ts';
import { compareContents, enterUnit } from './stand.ts';
import { atPlace, isHere, relocated, unitOf } from './units.ts';

/** Receives a unit with all that is in it. Refuses `not-shipped` or `event-party` where it was not on the way to here. */
export function receiveUnit(draft: Draft, unit: string, scene: Scene): Effect {
  const record = scene.policy.notShipped === 'flag' ? draft.get('unit', unit) : unitOf(draft, unit);
  if (!record) {
    noteEarlyUnit(draft, unit, null, scene);
    return together([enterUnit(draft, unit, 'received-early', scene)]);
  }
  return record.location.at === 'transit' ? takeOver(draft, record, scene) : receiveUnshipped(draft, record, scene);
}

function takeOver(draft: Draft, record: UnitRecord, scene: Scene): Effect {
  const { unit, location, custodian, sinceMs, event } = record;
  if (location.at !== 'transit') throw new Refused('not-shipped', 'the unit is not on the way', { unit, location });
  const role = roleIn(draft, { from: location.from, to: location.to, custodian }, scene);
  if (!role) {
    throw new Refused('event-party', 'the unit was sent to another receiver', {
      unit,
      to: location.to,
      receiver: draft.get('site', location.to)?.mspId ?? null,
      mspId: scene.mspId,
    });
  }
  draft.put('unit', [unit], relocated(record, atPlace(scene.place), scene.mspId, scene));
  return together([
    {
      movements: [{ unit, from: location, to: atPlace(scene.place) }],
      flags: role === 'sender' ? ['returned-to-sender'] : [],
      remarks: [...timeOrder(unit, sinceMs, event, scene), ...compareContents(record, scene)],
    },
  ]);
}

/**
 * A unit that nobody has shipped. The receiver's policy has to let that pass, and where another organisation still holds
 * the unit, that one's too: nobody takes another's goods on their word alone.
 */
function receiveUnshipped(draft: Draft, record: UnitRecord, scene: Scene): Effect {
  const { unit, location, custodian } = record;
  const { policy, place, mspId, hash } = scene;
  const holder = custodian === null || custodian === mspId ? null : custodian;
  if (policy.notShipped === 'refuse' || location.at !== 'place') {
    throw new Refused('not-shipped', 'the unit is not on the way', { unit, location });
  }
  if (holder !== null && draft.get('policy', holder)?.notShipped !== 'flag') {
    throw new Refused('not-shipped', 'the unit is not on the way, and who holds it lets nobody have it unshipped', {
      unit,
      location,
      holder,
    });
  }
  if (isHere(record, scene)) {
    return together([{ remarks: [remark('already-received', unit, { ref: record.event })] }]);
  }
  noteEarlyUnit(draft, unit, custodian, scene);
  draft.put('unit', [unit], relocated(record, atPlace(place), mspId, scene));
  // The receipt stands in for its shipment until that comes, so that the way from place to place is there to be seen.
  const way: MovementEnd = { at: 'transit', shipment: hash, from: location.place, to: place };
  return together([
    {
      movements: [
        { unit, from: location, to: way },
        { unit, from: way, to: atPlace(place) },
      ],
      remarks: [
        remark('received-early', unit, { ref: record.event }),
        ...timeOrder(unit, record.sinceMs, record.event, scene),
        ...compareContents(record, scene),
      ],
    },
  ]);
}
