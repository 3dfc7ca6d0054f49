import { parseTimeMs } from '../time.ts';
import type { Element } from './element.ts';
import { keyLinkOf } from './key-link.ts';
import { numericTextOf } from './number-text.ts';

/** Fields in the order in which they are strung together; a list as second part orders the field's own children. */
export type FieldOrder = ReadonlyArray<readonly [name: string, children?: FieldOrder]>;

/** Old names of CBV's vocabularies, and their web URIs (CBV 2.0, section 8.9, rule 14). */
const webVocabularies = [
  ['urn:epcglobal:cbv:bizstep:', 'https://ref.gs1.org/cbv/BizStep-'],
  ['urn:epcglobal:cbv:disp:', 'https://ref.gs1.org/cbv/Disp-'],
  ['urn:epcglobal:cbv:btt:', 'https://ref.gs1.org/cbv/BTT-'],
  ['urn:epcglobal:cbv:sdt:', 'https://ref.gs1.org/cbv/SDT-'],
  ['urn:epcglobal:cbv:er:', 'https://ref.gs1.org/cbv/ER-'],
] as const;

/** What a field order made of elements, and what it left over. */
export interface Strung {
  readonly text: string;
  readonly rest: readonly Element[];
}

/**
 * Strings together the elements that `order` names; repeated ones sort by their text. Extensions inside a standard field
 * follow its own fields. An element is left over when it is not named, or with those of its children that are not.
 * @param gatherExtensions whether these are the fields of a standard field, not of the event
 */
export function stringOrdered(elements: readonly Element[], order: FieldOrder, gatherExtensions: boolean): Strung {
  const extensions = gatherExtensions ? extensionsAmong(elements) : [];
  const open = elements.filter((element) => !extensions.includes(element));
  const rest = new Set(open);
  const leftOver: Element[] = [];
  let text = '';
  for (const [name, childOrder] of order) {
    const strung = open
      .filter((element) => element.name === name)
      .map((element) => {
        rest.delete(element);
        const { text: elementText, rest: children } = stringElement(element, childOrder);
        if (children.length > 0) leftOver.push({ ...element, children });
        return elementText;
      });
    text += strung.sort(byCodePoint).join('');
  }
  return { text: text + stringAll(extensions), rest: [...rest, ...leftOver] };
}

/** Strings together elements of which no order is known: each with its children, sorted by their text. */
export function stringAll(elements: readonly Element[], ordered = false): string {
  const strung = elements.map(({ name, text, children, ordered: orderedChildren }) => {
    const value = canonicalValue(text.trim());
    return name + (value === '' ? '' : `=${value}`) + stringAll(children, orderedChildren);
  });
  return (ordered ? strung : strung.sort(byCodePoint)).join('');
}

function stringElement(element: Element, childOrder: FieldOrder | undefined): Strung {
  const children: Strung =
    childOrder === undefined ? { text: '', rest: element.children } : stringOrdered(element.children, childOrder, true);
  const trimmed = element.text.trim();
  const value = isTime(element.name) ? canonicalTime(trimmed) : canonicalValue(trimmed);
  const text = (value === '' ? '' : `=${value}`) + children.text;
  return { text: text === '' ? '' : element.name + text, rest: children.rest };
}

/**
 * Extensions that move to the end of their field. The reference implementation takes those whose namespace ends in a slash, and
 * none where the field holds nothing else; the others end up behind the event's fields, with the field's name once more.
 */
function extensionsAmong(elements: readonly Element[]): Element[] {
  if (elements.length <= 1) return [];
  return elements.filter(({ name }) => name.includes('{') && name.includes('/}'));
}

function isTime(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.includes('time') && !lower.includes('offset');
}

/** UTC to the millisecond; a text that is no time stays as it is. */
function canonicalTime(text: string): string {
  try {
    return new Date(parseTimeMs(text)).toISOString();
  } catch {
    return text;
  }
}

function canonicalValue(text: string): string {
  const web = webVocabularies.reduce((value, [urn, uri]) => value.replaceAll(urn, uri), text);
  return keyLinkOf(numericTextOf(web));
}

/** Order of Unicode code points; JavaScript's own is that of UTF-16 units, which differs beyond the basic plane. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
