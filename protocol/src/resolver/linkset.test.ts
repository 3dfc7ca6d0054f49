import { expect, test } from 'vitest';
import { levelsOf, linkContext, linksOfType, parseResolvable, toLinkset, toLinksetLd } from './index.ts';
import { askedLinkType } from './link-types.ts';
import { preferredType } from './preferred-type.ts';
import { redirectTarget } from './redirect-target.ts';

const site = { origin: 'https://gateway.example', hasPages: true };
const contextsOf = (path: string, hasPages = true) =>
  levelsOf(parseResolvable(path)).map((identifier) =>
    linkContext({ identifier, description: 'Lettuce', hasCertification: false }, { ...site, hasPages }),
  );
const voc = (name: string) => `https://ref.gs1.org/voc/${name}`;

test('a linkset has one object for each level, with titles, types and one default link without attributes', () => {
  const { linkset } = toLinkset(contextsOf('/01/09521002002003/10/L-1/21/7'));
  expect(linkset.map(({ anchor }) => anchor)).toEqual([
    'https://gateway.example/01/09521002002003/10/L-1/21/7',
    'https://gateway.example/01/09521002002003/10/L-1',
    'https://gateway.example/01/09521002002003',
  ]);
  for (const level of linkset) {
    const { anchor: _anchor, description: _description, ...relations } = level;
    const fallback = relations[voc('defaultLink')];
    expect(fallback).toHaveLength(1);
    const targets = Object.entries(relations).flatMap(([relation, links]) =>
      relation === voc('defaultLink') || typeof links === 'string' ? [] : (links ?? []),
    );
    for (const { href, title, type } of targets) {
      expect(href).toMatch(/^https:\/\/gateway\.example\//);
      expect(title).not.toBe('');
      expect(type).toMatch(/^[a-z]+\/[a-z+]+$/);
    }
    // The default link is described by a type of its own as well (GS1-Conformant Resolver, section 2.5.8).
    const [first] = Array.isArray(fallback) ? fallback : [];
    expect(Object.keys(first ?? {}).sort()).toEqual(['href', 'title']);
    expect(targets.map(({ href }) => href)).toContain(first?.href);
  }
});

test('a set of links has no member but `linkset`, unless it is JSON-LD', () => {
  expect(Object.keys(toLinkset(contextsOf('/00/006141411234567890')))).toEqual(['linkset']);
  expect(toLinksetLd(contextsOf('/00/006141411234567890'))).toHaveProperty(
    '@context',
    'https://ref.gs1.org/standards/resolver/linkset-context',
  );
});

test('a link of a type is that of the finest level that has one', () => {
  const contexts = contextsOf('/01/09521002002003/10/L-1/21/7');
  expect(linksOfType(contexts, 'traceability')[0]?.href).toContain('/traceability/01/09521002002003/10/L-1');
  expect(linksOfType(contexts, 'epcis')[0]?.href).toMatch(/MATCH_anyEPC=https%3A.*%2F21%2F7$/);
  expect(linksOfType(contexts, 'defaultLink')[0]?.title).toBe('About this item');
  expect(linksOfType(contexts, 'certificationInfo')).toEqual([]);
});

test('without pages the default is what describes the thing best', () => {
  expect(contextsOf('/01/09521002002003/10/L-1', false)[0]?.defaultLink.linkType).toBe('traceability');
  expect(contextsOf('/414/9520123456788', false)[0]?.defaultLink.linkType).toBe('masterData');
});

test.each([
  ['linkset', { kind: 'linkset' }],
  ['all', { kind: 'linkset' }],
  ['gs1:recallStatus', { kind: 'type', type: 'recallStatus' }],
  ['https://ref.gs1.org/voc/recallStatus', { kind: 'type', type: 'recallStatus' }],
  ['https://gs1.org/voc/pip', { kind: 'type', type: 'pip' }],
  ['gs1:defaultLink', { kind: 'type', type: 'defaultLink' }],
  ['gs1:recipeInfo', { kind: 'unserved', text: 'gs1:recipeInfo' }],
  ['recallStatus', { kind: 'unserved', text: 'recallStatus' }],
  ['https://evil.example/voc/pip', { kind: 'unserved', text: 'https://evil.example/voc/pip' }],
])('linkType=%s', (text, asked) => {
  expect(askedLinkType(text)).toEqual(asked);
});

const offers = ['text/html', 'application/ld+json', 'application/linkset+json'] as const;
test.each([
  [undefined, 'text/html'],
  ['*/*', 'text/html'],
  ['application/linkset+json', 'application/linkset+json'],
  ['text/html;q=0.5, application/ld+json', 'application/ld+json'],
  ['application/*', 'application/ld+json'],
  ['application/*, application/ld+json;q=0', 'application/linkset+json'],
  ['text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8', 'text/html'],
  ['image/png', null],
  ['*/*;q=0', null],
  ['application/ld+json;q=nonsense, text/html;q=0.1', 'text/html'],
])('Accept: %s', (accept, expected) => {
  expect(preferredType(accept, offers)).toBe(expected);
});

test('a redirect passes the query on, without the resolver’s own words', () => {
  const [pip] = linksOfType(contextsOf('/01/09521002002003/10/L-1'), 'pip');
  const [epcis] = linksOfType(contextsOf('/01/09521002002003/10/L-1'), 'epcis');
  if (!pip || !epcis) throw new Error('both links are there');
  expect(redirectTarget(pip, '?linkType=gs1:pip&17=261231&x=%20a')).toBe(`${pip.href}?17=261231&x=%20a`);
  expect(redirectTarget(pip, '')).toBe(pip.href);
  expect(redirectTarget(epcis, '?17=261231')).toBe(epcis.href);
});
