import { type Rule, ruleSchema } from '@hopline/protocol';
import { SimError } from '../error.ts';

const units: Readonly<Record<string, string>> = { temperature: 'Cel', humidity: '%RH', battery: '%EL' };
const form = 'stream:min..max:minutes, as temperature:..5:30 or humidity:60..95:60';

/**
 * Reads a rule as it is written on the command line: `temperature:..5:30` is a temperature above 5 °C for 30 minutes,
 * `humidity:60..95:60` a humidity outside 60 to 95 % for an hour. Throws `bad-argument`.
 */
export function parseRule(text: string): Rule {
  const match = /^([A-Za-z0-9._-]+):(-?[\d.]*)\.\.(-?[\d.]*):([\d.]+)$/.exec(text);
  if (!match) throw new SimError('bad-argument', `a rule is written ${form}; not "${text}"`);
  const [, stream = '', min = '', max = '', minutes = ''] = match;
  const unit = units[stream];
  if (!unit) {
    throw new SimError('bad-argument', `a rule is about ${Object.keys(units).join(', ')}; not about ${stream}`);
  }
  const rule = ruleSchema.safeParse({
    id: `${stream.toLowerCase()}-limit`,
    stream,
    unit,
    min: thousandths(min),
    max: thousandths(max),
    durationMs: Math.round(Number(minutes) * 60_000),
  });
  if (!rule.success) throw new SimError('bad-argument', `a rule is written ${form}; not "${text}"`);
  return rule.data;
}

function thousandths(text: string): number | null {
  return text === '' ? null : Math.round(Number(text) * 1000);
}
