import { ProtocolError } from '../error.ts';
import type { GS1Identifier } from './identifier.ts';
import {
  assetType13,
  giaiNumber,
  gln13,
  glnExtension,
  graiSerial,
  gtin14,
  lotNumber,
  serialNumber,
  sscc18,
} from './value.ts';

/** Values by application identifier, decoded: the common ground of Digital Links and element strings. */
export type ApplicationIdentifiers = ReadonlyMap<string, string>;

/** Application identifiers that begin an identifier, in order of preference when a label carries several. */
export const primaryKeys = ['00', '01', '8003', '8004', '414', '417'] as const;

/**
 * The identifier that a set of application identifiers names. Those that do not identify (dates, weights) are ignored.
 * @throws ProtocolError `gs1-unrecognised` when none of them is a key this package knows, else as the values' checks
 */
export function fromApplicationIdentifiers(values: ApplicationIdentifiers): GS1Identifier {
  const key = primaryKeys.find((ai) => values.has(ai));
  const value = key === undefined ? undefined : values.get(key);
  if (key === undefined || value === undefined) {
    throw new ProtocolError(
      'gs1-unrecognised',
      'No GS1 key that identifies goods, a unit, an asset, a place or a party',
      {
        applicationIdentifiers: [...values.keys()],
      },
    );
  }
  switch (key) {
    case '00':
      return { kind: 'sscc', sscc: sscc18(value) };
    case '01':
      return tradeItem(gtin14(value), values.get('10'), values.get('21'));
    case '414': {
      const extension = values.get('254');
      const gln = gln13(value);
      // Extension 0 says that there is none (EPC Tag Data Standard, section 6.3.3).
      return extension === undefined || extension === '0'
        ? { kind: 'gln', gln }
        : { kind: 'sgln', gln, extension: glnExtension(extension) };
    }
    case '417':
      return { kind: 'pgln', gln: gln13(value) };
    case '8003':
      return returnableAsset(value);
    case '8004':
      return { kind: 'giai', giai: giaiNumber(value) };
  }
}

/** The application identifiers of an identifier, in the order in which a Digital Link states them. */
export function toApplicationIdentifiers(id: GS1Identifier): ReadonlyArray<readonly [ai: string, value: string]> {
  switch (id.kind) {
    case 'gtin':
      return [['01', id.gtin]];
    case 'lgtin':
      return [
        ['01', id.gtin],
        ['10', id.lot],
      ];
    case 'sgtin':
      return [['01', id.gtin], ...(id.lot === undefined ? [] : [['10', id.lot] as const]), ['21', id.serial]];
    case 'sscc':
      return [['00', id.sscc]];
    case 'gln':
      return [['414', id.gln]];
    case 'sgln':
      return [
        ['414', id.gln],
        ['254', id.extension],
      ];
    case 'pgln':
      return [['417', id.gln]];
    case 'grai':
      return [['8003', `0${id.assetType}${id.serial ?? ''}`]];
    case 'giai':
      return [['8004', id.giai]];
  }
}

function tradeItem(gtin: string, lot: string | undefined, serial: string | undefined): GS1Identifier {
  if (serial !== undefined) {
    const item = { kind: 'sgtin', gtin, serial: serialNumber(serial) } as const;
    return lot === undefined ? item : { ...item, lot: lotNumber(lot) };
  }
  return lot === undefined ? { kind: 'gtin', gtin } : { kind: 'lgtin', gtin, lot: lotNumber(lot) };
}

/** AI 8003 is a filler zero, 13 digits of asset type and an optional serial, run together. */
function returnableAsset(value: string): GS1Identifier {
  if (!value.startsWith('0')) {
    throw new ProtocolError('gs1-character', 'A GRAI in AI 8003 begins with 0', { key: 'grai', value });
  }
  const assetType = assetType13(value.slice(1, 14));
  return value.length === 14
    ? { kind: 'grai', assetType }
    : { kind: 'grai', assetType, serial: graiSerial(value.slice(14)) };
}
