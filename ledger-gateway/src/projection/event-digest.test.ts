import { expect, test } from 'vitest';
import { digestOfEvent, eventOfDigest } from './event-digest.ts';

const hex = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

test('the digest of an event gives its name again', () => {
  const event = `ni:///sha-256;${hex}?ver=CBV2.0`;
  expect(digestOfEvent(event)).toBe(hex);
  expect(eventOfDigest(hex)).toBe(event);
});

test.each([
  `ni:///sha-256;${hex}?ver=CBV2.1`,
  `ni:///sha-256;${hex.toUpperCase()}?ver=CBV2.0`,
  `ni:///sha-256;${hex}`,
  `urn:uuid:${hex}`,
])('%s has a name that is more than a digest', (event) => {
  expect(digestOfEvent(event)).toBeNull();
});
