import { pointerTo } from './json.ts';

/** An object or array that the scan is inside of. */
interface Open {
  /** Names so far; `null` for an array. */
  readonly names: Set<string> | null;
  /** Where it stands now: the name of the value that follows, or the position in the array. */
  step: string | number;
  expectsName: boolean;
}

/**
 * Finds a name that one object of a JSON text gives twice. RFC 8259, section 4, leaves open which of the two counts, so
 * two readers of the same bytes may take them for two different events, and `JSON.parse` says nothing of it.
 *
 * Takes time with the length of the text and memory with what is open, not with the depth of the call stack.
 * @param text a JSON text that `JSON.parse` has accepted
 * @returns the JSON pointer (RFC 6901) of the second one, or `null`
 */
export function duplicateName(text: string): string | null {
  const open: Open[] = [];
  for (let at = 0; at < text.length; at++) {
    const inside = open.at(-1);
    switch (text[at]) {
      case '{':
        open.push({ names: new Set(), step: '', expectsName: true });
        break;
      case '[':
        open.push({ names: null, step: 0, expectsName: false });
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        if (inside?.names) inside.expectsName = true;
        else if (inside) inside.step = Number(inside.step) + 1;
        break;
      case '"': {
        const end = endOfText(text, at);
        if (inside?.names && inside.expectsName) {
          inside.step = String(JSON.parse(text.slice(at, end)));
          if (inside.names.has(inside.step)) return open.reduce((pointer, { step }) => pointerTo(pointer, step), '');
          inside.names.add(inside.step);
          inside.expectsName = false;
        }
        at = end - 1;
      }
    }
  }
  return null;
}

/** The position behind a text's closing quotation mark. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
}
