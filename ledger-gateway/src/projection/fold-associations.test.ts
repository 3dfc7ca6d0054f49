import { expect, test } from 'vitest';
import { foldAssociations } from './fold-associations.ts';
import { openEndMs } from './rows.ts';

const join = (child: string, timeMs: number) =>
  ({ action: 'join', parent: 'pallet', children: [child], event: `join ${child} ${timeMs}`, timeMs }) as const;
const part = (timeMs: number, ...children: string[]) =>
  ({ action: 'part', parent: 'pallet', children, event: `part ${timeMs}`, timeMs }) as const;
const spans = (rows: ReturnType<typeof foldAssociations>) => rows.map((row) => [row.child, row.from_ms, row.to_ms]);

test('a tracker that comes back has two stretches of time', () => {
  expect(spans(foldAssociations([join('tracker', 1), part(2, 'tracker'), join('tracker', 5)], []))).toEqual([
    ['tracker', 1, 2],
    ['tracker', 5, openEndMs],
  ]);
});

test('joining again what is joined changes nothing', () => {
  expect(spans(foldAssociations([join('tracker', 1), join('tracker', 3)], []))).toEqual([['tracker', 1, openEndMs]]);
});

test('parting from everything ends what other blocks began', () => {
  const open = foldAssociations([join('one', 1), join('two', 2)], []);
  expect(spans(foldAssociations([part(9)], open))).toEqual([
    ['one', 1, 9],
    ['two', 2, 9],
  ]);
});

test('parting from what was never joined is nothing', () => {
  expect(foldAssociations([part(9, 'stranger')], [])).toEqual([]);
});
