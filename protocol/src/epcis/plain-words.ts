import type { z } from 'zod';

/** What JSON has, in words for somebody who wrote a document and not its schema. */
const kinds: Readonly<Record<string, string>> = {
  array: 'A list',
  boolean: 'true or false',
  number: 'A number',
  object: 'An object',
  record: 'An object',
  string: 'A text',
};

/**
 * Says a structural fault of an event in plain words. Faults that a schema worded itself keep their words.
 * @returns undefined where zod's own message has to do
 */
export function plainWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'This field is missing';
      return `${kinds[issue.expected] ?? 'Something else'} is needed here`;
    case 'invalid_value':
      return `Needed here: ${choice(issue.values)}`;
    case 'invalid_union':
      // The options of a union told apart by a field are beyond the types of the issue as zod hands it in.
      if (issue.discriminator === undefined) return 'No form that this field may have';
      return `Needed here: ${choice(Array.isArray(issue.options) ? issue.options : [])}`;
    case 'too_big':
      return `Entries allowed here: at most ${issue.maximum}`;
    case 'too_small':
      return `Entries needed here: at least ${issue.minimum}`;
    case 'invalid_format':
      return 'Not written as this field wants it';
    default:
      return undefined;
  }
}

function choice(values: readonly unknown[]): string {
  const names = values.map(String);
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' or ');
}
