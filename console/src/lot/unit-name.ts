import { parseIdentifier } from '@hopline/protocol/gs1';
import { unitPath } from '../route.ts';

/** What a logistic unit is called, and the address of its page where it has one. */
export interface UnitName {
  readonly name: string;
  readonly path: string | null;
}

/** Names a unit by its canonical identifier: the end of an SSCC tells pallets apart, the rest is the company. */
export function unitName(id: string): UnitName {
  try {
    const identifier = parseIdentifier(id);
    if (identifier.kind === 'sscc') {
      return { name: `Unit …${identifier.sscc.slice(-6)}`, path: unitPath(identifier.sscc) };
    }
  } catch {
    // Units may be named by somebody's own URI, which is then what they are called.
  }
  return { name: id.replace(/^https:\/\/id\.gs1\.org\//, ''), path: null };
}
