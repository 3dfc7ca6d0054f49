import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testSeed } from '../conformance/test-seed.ts';
import { duplicateName } from './duplicate-name.ts';

fc.configureGlobal({ seed: testSeed() });

test.each([
  ['{"a":1,"a":1}', '/a'],
  ['{"a":1,"\\u0061":2}', '/a'],
  ['[0,[],{"x":{"y":[1,{"b":2,"c":{},"b":3}]}}]', '/2/x/y/1/b'],
  ['{"a/b":{"~":1,"~":2}}', '/a~1b/~0'],
  ['{"__proto__":1,"__proto__":2}', '/__proto__'],
  ['{"\\"":1,"\\\\":2,"\\\\":3}', '/\\'],
  ['{"a":"a","b":["a","a",{"a":1}],"c":{"a":"\\"a\\":1,"}}', null],
  ['[{"a":1},{"a":1}]', null],
  ['"{\\"a\\":1,\\"a\\":2}"', null],
  ['null', null],
])('%s', (text, pointer) => {
  JSON.parse(text);
  expect(duplicateName(text)).toBe(pointer);
});

test('no JSON that was written by JSON.stringify gives a name twice, until one is added', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), fc.boolean(), (value, name, pretty) => {
      const text = JSON.stringify({ [name]: value }, null, pretty ? 1 : 0);
      expect(duplicateName(text)).toBeNull();
      const second = `${text.slice(0, -1)},${JSON.stringify(name)}:0}`;
      expect(duplicateName(second)).toBe(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
      expect(duplicateName(`[[],${second}]`)).toMatch(/^\/1\//);
    }),
  );
});
