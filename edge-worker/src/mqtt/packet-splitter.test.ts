import { expect, test } from 'vitest';
import { splitPackets } from './packet-splitter.ts';

const most = 1000;
const nothing = new Uint8Array(0);
const bytes = (...values: number[]) => Uint8Array.from(values);

test('several packets in one frame, and the beginning of another', () => {
  const split = splitPackets(nothing, bytes(0xc0, 0, 0x40, 2, 0, 1, 0x30), most);
  expect(split.packets).toEqual([bytes(0xc0, 0), bytes(0x40, 2, 0, 1)]);
  expect(split.rest).toEqual(bytes(0x30));
  expect(split.flaw).toBeNull();
});

test('wherever a stretch of packets is cut, the same packets come out', () => {
  const body = Array.from({ length: 200 }, (_, index) => index % 256);
  const stream = bytes(0x30, 0xc8, 0x01, ...body, 0xc0, 0, 0x40, 2, 0, 9);
  const whole = splitPackets(nothing, stream, most);
  expect(whole.packets).toHaveLength(3);
  for (let cut = 0; cut <= stream.length; cut++) {
    const first = splitPackets(nothing, stream.slice(0, cut), most);
    const second = splitPackets(first.rest, stream.slice(cut), most);
    expect([...first.packets, ...second.packets]).toEqual(whole.packets);
    expect(second.rest).toHaveLength(0);
  }
});

test('a length of more than four bytes is malformed [MQTT-1.5.5-1], one above the limit is known before its bytes come', () => {
  expect(splitPackets(nothing, bytes(0x30, 0x80, 0x80, 0x80, 0x80, 1), most).flaw).toBe('malformed');
  expect(splitPackets(nothing, bytes(0x30, 0xff, 0x7f), most).flaw).toBe('too-large');
  expect(splitPackets(nothing, bytes(0x30, 0xff), most).flaw).toBeNull();
});
