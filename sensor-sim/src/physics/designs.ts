import type { DoorSchedule } from './door.ts';
import type { RoomDesign } from './room.ts';

/** A cold store for leafy greens: 2 to 3 °C, full recovery after a door opening within some minutes. */
export const coldStore: RoomDesign = {
  setPointC: 2.4,
  hysteresisC: 0.7,
  coolingCPerHour: 40,
  heatingCPerHour: 0.4,
  leakPerHour: 0.18,
  doorPerHour: 3,
  moistureGramsPerM3PerHour: 1.2,
};

/** A refrigerated truck's box: smaller, so quicker both ways. */
export const truckBox: RoomDesign = {
  ...coldStore,
  setPointC: 2,
  hysteresisC: 1,
  coolingCPerHour: 55,
  leakPerHour: 0.5,
};

/** A loading dock under a roof, without cooling: some degrees above the day's air, since trucks and lamps heat it. */
export const dock: RoomDesign = {
  setPointC: 0,
  hysteresisC: 0,
  coolingCPerHour: 0,
  heatingCPerHour: 1.2,
  leakPerHour: 0.4,
  doorPerHour: 4,
  moistureGramsPerM3PerHour: 0,
};

/** Pallets go in and out by day and in the evening (local time 05:00 to 20:00 on the west coast). */
export const warehouseDoor: DoorSchedule = {
  openingsPerHour: 4,
  fromHourUtc: 13,
  toHourUtc: 4,
  meanOpenMs: 60_000,
};

/** The core of a stacked pallet follows its air over hours, the tip of a probe over a minute or two. */
export const palletTimeConstantMs = 3 * 3_600_000;
export const probeTimeConstantMs = 90_000;
