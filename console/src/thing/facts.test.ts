import { expect, test } from 'vitest';
import { factsOf, nameOf } from './facts.ts';

test('master data are told in words, without the terms that only say what they are', () => {
  const place = {
    '@context': { gs1: 'https://ref.gs1.org/voc/' },
    '@type': 'gs1:Place',
    'gs1:physicalLocationName': { '@value': 'Packhouse', '@language': 'und' },
    'gs1:address': {
      '@type': 'gs1:PostalAddress',
      'gs1:streetAddress': { '@value': '5 Cold Chain Way', '@language': 'und' },
      'gs1:addressLocality': { '@value': 'Gonzales', '@language': 'und' },
      'gs1:addressCountry': { '@type': 'gs1:Country', 'gs1:countryCode': 'US' },
    },
    'gs1:responsibleOrganization': {
      'gs1:organizationName': { '@value': 'FreshHub', '@language': 'und' },
      'gs1:partyGLN': '9521002000009',
    },
  };
  expect(nameOf(place)).toBe('Packhouse');
  expect(factsOf(place)).toEqual([
    ['Organisation', 'FreshHub'],
    ['Address', '5 Cold Chain Way, Gonzales, US'],
  ]);
  expect(nameOf(null)).toBeNull();
  expect(factsOf({})).toEqual([]);
});
