import { setImmediate } from 'node:timers/promises';
import sax from 'sax';
import { GatewayError } from '../../gateway-error.ts';

/** What a part of a workbook is made of, as it is read. Names are without their namespace prefix. */
export interface XmlHandler {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** Text that is parsed before others get their turn. */
const chunkChars = 256 * 1024;

/**
 * Reads XML. The parser expands no entities but XML's own five and numbers, and a document type, which no workbook has and
 * every entity attack needs, is refused.
 * @throws GatewayError `sheet-malformed`, and what the handler throws
 */
export async function parseXml(bytes: Uint8Array, part: string, handler: XmlHandler): Promise<void> {
  const text = new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : bytes[0] === 0xfe ? 'utf-16be' : 'utf-8').decode(bytes);
  // The types do not know this option, without which all entities of HTML are expanded too.
  const options: sax.SAXOptions & { strictEntities: boolean } = { strictEntities: true };
  const parser = sax.parser(true, options);
  const malformed = (reason: string) =>
    new GatewayError('sheet-malformed', 'a part of the workbook cannot be read', { part, reason });
  parser.onerror = (error) => {
    throw malformed(error.message.split('\n')[0] ?? '');
  };
  parser.ondoctype = () => {
    throw malformed('it holds a document type');
  };
  parser.onopentag = ({ name, attributes }) => handler.open?.(local(name), attributes as Record<string, string>);
  parser.ontext = (piece) => handler.text?.(piece);
  parser.oncdata = (piece) => handler.text?.(piece);
  parser.onclosetag = (name) => handler.close?.(local(name));
  for (let at = 0; at < text.length; at += chunkChars) {
    parser.write(text.slice(at, at + chunkChars));
    await setImmediate();
  }
  parser.close();
}

/** A name without its prefix: some programs write `x:row` for `row`. */
export function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
