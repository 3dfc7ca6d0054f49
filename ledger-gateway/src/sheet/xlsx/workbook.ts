import { GatewayError } from '../../gateway-error.ts';
import { sheetLimits } from '../sheet-limits.ts';
import type { Archive } from './open-archive.ts';
import { local, parseXml } from './parse-xml.ts';

/** Where the parts of a workbook are, with its sheets in their order. */
export interface Workbook {
  readonly sheets: ReadonlyArray<{ readonly name: string; readonly part: string }>;
  readonly stylesPart: string;
  readonly stringsPart: string;
  /** Whether its dates count from 1904. */
  readonly is1904: boolean;
}

const maxSheets = 200;

/** Reads a workbook's table of contents (ECMA-376, part 1, section 18.2). Throws GatewayError `sheet-malformed`. */
export async function readWorkbook(archive: Archive): Promise<Workbook> {
  const main = (await relationsOf(archive, '')).find(({ type }) => type === 'officeDocument')?.target;
  if (main === undefined || !archive.has(main)) {
    throw new GatewayError('sheet-malformed', 'this archive is no workbook', {});
  }
  const relations = await relationsOf(archive, main);
  const found: Array<{ name: string; part: string }> = [];
  let is1904 = false;
  await parseXml(await archive.read(main), main, {
    open(name, attributes) {
      if (name === 'workbookPr') is1904 = /^(1|true)$/.test(attributes.date1904 ?? '');
      if (name !== 'sheet' || found.length >= maxSheets) return;
      const id = Object.entries(attributes).find(([key]) => key.includes(':') && local(key) === 'id')?.[1];
      const relation = relations.find((each) => each.id === id && each.type === 'worksheet');
      if (relation) found.push({ name: attributes.name ?? '', part: relation.target });
    },
  });
  const partOf = (type: string) => relations.find((each) => each.type === type)?.target ?? '';
  return { sheets: found, is1904, stylesPart: partOf('styles'), stringsPart: partOf('sharedStrings') };
}

interface Relation {
  readonly id: string;
  /** The last word of its type: transitional and strict documents differ in what is in front of it. */
  readonly type: string;
  /** Name of the part in the archive. */
  readonly target: string;
}

async function relationsOf(archive: Archive, part: string): Promise<Relation[]> {
  const folder = part.slice(0, part.lastIndexOf('/') + 1);
  const name = `${folder}_rels/${part.slice(folder.length)}.rels`;
  const relations: Relation[] = [];
  if (!archive.has(name)) return relations;
  await parseXml(await archive.read(name), name, {
    open(element, { Id = '', Type = '', Target = '' }) {
      if (element !== 'Relationship') return;
      const target = new URL(Target, `zip:///${folder}`).pathname.slice(1);
      relations.push({ id: Id, type: Type.split('/').at(-1) ?? '', target: decodeURIComponent(target) });
    },
  });
  return relations;
}

/** The texts that cells share, in their order; what tells how they are pronounced is left out. */
export async function readSharedStrings(archive: Archive, part: string): Promise<readonly string[]> {
  const texts: string[] = [];
  if (part === '' || !archive.has(part)) return texts;
  let current = '';
  let inText = false;
  let inPhonetic = false;
  await parseXml(await archive.read(part), part, {
    open(name) {
      if (name === 'si') current = '';
      if (name === 'rPh') inPhonetic = true;
      inText = name === 't';
    },
    text(piece) {
      // One character more than a cell may have is enough to refuse the cell that uses it.
      if (inText && !inPhonetic && current.length <= sheetLimits.maxCellChars) current += piece;
    },
    close(name) {
      if (name === 't') inText = false;
      if (name === 'rPh') inPhonetic = false;
      if (name === 'si') texts.push(current);
    },
  });
  return texts;
}
