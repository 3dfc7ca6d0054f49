import { expect, test } from 'vitest';
import { refusalCode } from '../testing/index.ts';
import { isDeviceUrn, maxDeviceUrnCharacters, parseDeviceUrn, streamOf } from './device-urn.ts';

const device = 'urn:dev:os:32473-1';

test('a device URN is bounded', () => {
  const longest = `urn:dev:os:32473-${'1'.repeat(maxDeviceUrnCharacters - 17)}`;
  expect(longest).toHaveLength(maxDeviceUrnCharacters);
  expect(isDeviceUrn(longest)).toBe(true);
  expect(isDeviceUrn(`${longest}1`)).toBe(false);
});

test('the refusal shows no more of a text than a URN may have', async () => {
  const refused = (() => {
    try {
      return parseDeviceUrn('x'.repeat(10_000));
    } catch (error) {
      return error;
    }
  })();
  expect(refused).toMatchObject({
    code: 'device-urn-malformed',
    details: { device: 'x'.repeat(maxDeviceUrnCharacters) },
  });
});

test.each([
  [device, ''],
  [`${device}:temperature`, 'temperature'],
  [`${device}_temperature`, 'temperature'],
  [`${device}/temperature`, 'temperature'],
  [`${device}:a:b_c`, 'a:b_c'],
])('the stream of %s is %j', (name, stream) => {
  expect(streamOf(device, name)).toBe(stream);
});

test.each([`${device}0:temperature`, `${device}-1`, 'temperature', '', device.slice(0, -1)])(
  '%j belongs to another device',
  async (name) => {
    expect(await refusalCode(() => streamOf(device, name))).toBe('senml-foreign-name');
  },
);
