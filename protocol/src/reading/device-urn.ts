import { ProtocolError } from '../error.ts';

export const maxDeviceUrnCharacters = 128;

/**
 * Device identifiers (RFC 9039 §3): MAC, 1-Wire, organisation-defined, organisation's product and serial. Component
 * parts (`_name`) and further identifiers (`:name`) are for streams and not part of a device's own name.
 */
const patterns = [
  /^urn:dev:mac:[0-9a-f]{16}$/,
  /^urn:dev:ow:[0-9a-f]{16}$/,
  /^urn:dev:org:[1-9][0-9]*-[A-Za-z0-9.-]+$/,
  /^urn:dev:os:[1-9][0-9]*-[A-Za-z0-9.-]+$/,
  /^urn:dev:ops:[1-9][0-9]*-[A-Za-z0-9.]+-[A-Za-z0-9.-]+$/,
];

export function isDeviceUrn(text: string): boolean {
  return text.length <= maxDeviceUrnCharacters && patterns.some((pattern) => pattern.test(text));
}

/** Returns the text when it is a device URN; throws `device-urn-malformed` otherwise. */
export function parseDeviceUrn(text: string): string {
  if (isDeviceUrn(text)) return text;
  throw new ProtocolError('device-urn-malformed', 'not a device URN (RFC 9039)', {
    device: text.slice(0, maxDeviceUrnCharacters),
  });
}

/**
 * The stream that a record belongs to: what follows the device's URN in the record's name, after `:` or `_`; the empty
 * text for a device that measures one thing only. Throws `senml-foreign-name` for another device's name.
 */
export function streamOf(device: string, recordName: string): string {
  if (recordName === device) return '';
  const separator = recordName.charAt(device.length);
  if (recordName.startsWith(device) && (separator === ':' || separator === '_' || separator === '/')) {
    return recordName.slice(device.length + 1);
  }
  throw new ProtocolError('senml-foreign-name', 'the record is named after another device', {
    device,
    record: recordName,
  });
}
