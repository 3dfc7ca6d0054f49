import { describe, expect, test } from 'vitest';
import { lotPath, parseRoute, recallPath, unitPath } from './route.ts';

const gtin = '09521002002003';

describe('addresses', () => {
  test.each(['F1/261122-01', '100% ripe', 'RH261122-01A', 'a+b', '?&', '%2F', "it's"])(
    'a lot numbered %s has a page of its own',
    (lot) => {
      // What a browser makes of the link, and gives back as the location's path.
      const path = new URL(lotPath(gtin, lot), 'http://127.0.0.1').pathname;
      expect(parseRoute(path)).toEqual({ page: 'lot', gtin, lot });
    },
  );

  test('a shorter GTIN and a slash at the end name the same lot', () => {
    expect(parseRoute('/01/9521002002003/10/A1/')).toEqual({ page: 'lot', gtin, lot: 'A1' });
  });

  test('behind /page is the same page', () => {
    expect(parseRoute(`/page${lotPath(gtin, 'A/1')}`)).toEqual({ page: 'lot', gtin, lot: 'A/1' });
    expect(parseRoute('/page')).toMatchObject({ page: 'unknown' });
  });

  test('a unit is addressed by its SSCC', () => {
    const sscc = '195210020000000013';
    expect(parseRoute(unitPath(sscc))).toEqual({ page: 'unit', sscc });
  });

  test.each([
    ['/01/09521002002003', { kind: 'product', path: '/01/09521002002003', gtin }],
    ['/page/414/9521002000016', { kind: 'place', path: '/414/9521002000016', gln: '9521002000016' }],
    [
      '/01/09521002002003/10/A%2F1/21/S-1',
      { kind: 'item', path: '/01/09521002002003/10/A%2F1/21/S-1', gtin, lot: 'A/1', serial: 'S-1' },
    ],
    ['/01/09521002002003/21/7/', { kind: 'item', path: '/01/09521002002003/21/7', gtin, lot: null, serial: '7' }],
  ])('%s has a page too', (path, thing) => expect(parseRoute(path)).toEqual({ page: 'thing', thing }));

  test.each([
    ['/upload', { page: 'upload' }],
    ['/worklist/', { page: 'worklist' }],
    ['/regulator', { page: 'regulator' }],
    ['/master-data', { page: 'master-data' }],
    ['/recalls', { page: 'recalls' }],
    ['/recalls/new', { page: 'new-recall' }],
    ['/recalls/contacts', { page: 'contacts' }],
    [recallPath('R-1.2_3'), { page: 'recall', recallId: 'R-1.2_3' }],
  ])('%s is a page of its own', (path, route) => expect(parseRoute(path)).toEqual(route));

  test.each([
    ['/upload/2', /no page/],
    ['/recalls/R-1/2', /no page/],
    ['/01/09521002002005/10/A1', /check digit/],
    ['/01/09521002002003/10/%E0%A4%A', /escape/],
    ['/00/123', /18 digits/],
    ['/somewhere', /no page/],
    ['/414/9521002000017', /check digit/],
  ])('%s says what is wrong with it', (path, reason) => {
    expect(parseRoute(path)).toEqual({ page: 'unknown', reason: expect.stringMatching(reason) });
  });
});
