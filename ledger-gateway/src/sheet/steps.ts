import {
  bestBefore,
  date,
  document,
  type Field,
  goods,
  partner,
  place,
  sscc,
  temperature,
  temperatureUnit,
  timeOfDay,
} from './fields.ts';

/** Steps that a grower or a small packer takes, as a sheet may hold them. */
export const stepNames = ['harvest', 'cool', 'pack', 'palletise', 'ship', 'receive'] as const;
export type StepName = (typeof stepNames)[number];

export interface StepDefinition {
  readonly step: StepName;
  readonly label: string;
  /** What one event is made of. */
  readonly grouping: string;
  readonly fields: readonly Field[];
}

const plain = ['product', 'lot', 'quantity', 'unit'] as const;
const output = ['outputProduct', 'outputLot', 'outputQuantity', 'outputUnit'] as const;
const fieldExample = ['09521001000017', 'FIELD-7-0504', '500', 'kg'] as const;
const caseExample = ['09521002000016', 'CASE-0504-A', '40', 'cases'] as const;

/** The steps with their fields, in the order in which a form shows them. */
export const steps: Readonly<Record<StepName, StepDefinition>> = {
  harvest: {
    step: 'harvest',
    label: 'Harvest',
    grouping: 'Each row is an event of its own: a lot comes into being.',
    fields: [
      { ...date, synonyms: ['harvest date', 'harvested', 'picked', 'pick date', ...date.synonyms] },
      timeOfDay,
      place('Field', ['field', 'farm', 'growing area', 'field gln', 'block', 'feld']),
      ...goods(plain, '', true, fieldExample, ['kg', 'lbs', 'pounds']),
      bestBefore,
      document,
    ],
  },
  cool: {
    step: 'cool',
    label: 'Cool',
    grouping: 'Each row is an event of its own.',
    fields: [
      { ...date, synonyms: ['cooling date', 'cooled', ...date.synonyms] },
      timeOfDay,
      place('Cooler', ['cooler', 'cold store', 'cooling location']),
      ...goods(plain, '', true, fieldExample, ['kg', 'lbs', 'pounds']),
      temperature,
      temperatureUnit,
      document,
    ],
  },
  pack: {
    step: 'pack',
    label: 'Pack',
    grouping:
      'Rows with the same place, time and document number are one run: all its inputs become all its outputs. A row may hold an input, an output or both.',
    fields: [
      { ...date, synonyms: ['pack date', 'packing date', 'packed', ...date.synonyms] },
      timeOfDay,
      place('Packhouse', ['packhouse', 'packing house', 'packer', 'plant']),
      ...goods(plain, 'input', false, fieldExample),
      ...goods(output, 'output', false, caseExample),
      bestBefore,
      {
        ...document,
        label: 'Run or work order',
        synonyms: ['run', 'batch run', 'production order', ...document.synonyms],
      },
    ],
  },
  palletise: {
    step: 'palletise',
    label: 'Build pallets',
    grouping: 'Rows with the same pallet, place and time are one event: what was put on it.',
    fields: [
      { ...date, synonyms: ['pallet date', 'loading date', ...date.synonyms] },
      timeOfDay,
      place('Place', ['packhouse', 'warehouse']),
      { ...sscc, required: true },
      ...goods(plain, '', true, caseExample),
      document,
    ],
  },
  ship: {
    step: 'ship',
    label: 'Ship',
    grouping: 'Rows with the same places, time and document number are one shipment.',
    fields: [
      { ...date, synonyms: ['ship date', 'shipping date', 'shipped', 'dispatch date', 'departure', ...date.synonyms] },
      timeOfDay,
      place('From', ['from', 'ship from', 'ship from gln', 'origin', 'sender', 'von', 'desde']),
      partner('to', 'To', true, [
        'to',
        'ship to',
        'ship to gln',
        'destination',
        'customer',
        'receiver',
        'consignee',
        'nach',
        'destino',
      ]),
      sscc,
      ...goods(plain, '', false, caseExample),
      document,
    ],
  },
  receive: {
    step: 'receive',
    label: 'Receive',
    grouping: 'Rows with the same places, time and document number are one receipt.',
    fields: [
      {
        ...date,
        synonyms: ['receipt date', 'received', 'receiving date', 'arrival', 'arrival date', ...date.synonyms],
      },
      timeOfDay,
      place('Received at', ['received at', 'ship to', 'to', 'receiver', 'destination']),
      partner('from', 'From', false, ['from', 'ship from', 'supplier', 'sender', 'origin', 'vendor', 'lieferant']),
      sscc,
      ...goods(plain, '', false, caseExample),
      document,
    ],
  },
};

/** A field of a step by its name. */
export function fieldOf(step: StepName, name: string): Field | undefined {
  return steps[step].fields.find((field) => field.name === name);
}
