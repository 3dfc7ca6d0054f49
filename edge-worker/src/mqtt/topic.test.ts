import { expect, test } from 'vitest';
import { isTopicFilter, isTopicName, matchesFilter } from './topic.ts';

test('the examples of MQTT 5 §4.7.1', () => {
  const matches: [string, string, boolean][] = [
    ['sport/tennis/player1/#', 'sport/tennis/player1', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
    ['sport/#', 'sport', true],
    ['sport/tennis/+', 'sport/tennis/player1', true],
    ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
    ['sport/+', 'sport', false],
    ['sport/+', 'sport/', true],
    ['+/+', '/finance', true],
    ['/+', '/finance', true],
    ['+', '/finance', false],
    ['#', '$SYS/monitor/Clients', false],
    ['+/monitor/Clients', '$SYS/monitor/Clients', false],
    ['$SYS/#', '$SYS/monitor/Clients', true],
    ['$SYS/monitor/+', '$SYS/monitor/Clients', true],
  ];
  for (const [filter, name, expected] of matches)
    expect(matchesFilter(filter, name), `${filter} ${name}`).toBe(expected);
});

test('filters and names that §4.7 allows', () => {
  for (const filter of ['#', 'sport/#', '+', '+/tennis/#', 'sport/+/player1', '/'])
    expect(isTopicFilter(filter)).toBe(true);
  for (const filter of ['', 'sport/tennis#', 'sport/tennis/#/ranking', 'sport+', 'a\0b'])
    expect(isTopicFilter(filter)).toBe(false);
  for (const name of ['', 'a/+', '#', 'a\0']) expect(isTopicName(name)).toBe(false);
  expect(isTopicName('Accounts payable')).toBe(true);
});
