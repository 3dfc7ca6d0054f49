import { ProtocolError } from '../error.ts';
import { checkNamingLink } from '../gs1/index.ts';
import { keyLinkOf } from './hash/key-link.ts';

/** URNs of keys that are nothing but names here (EPC Tag Data Standard, section 6.3). */
const namingUrn = /^urn:epc:(?:id|idpat):(?:gdti|sgcn|ginc|gsin|gsrnp?|cpi|itip|upui):/;

/**
 * Checks a key that names a document, a coupon, a service relation, a consignment, a shipment, a part, a piece of an item or an item under
 * a third party's serial, as URN or Digital Link. Any other URI is right.
 * @throws ProtocolError with a `gs1-…` code
 */
export function checkNamingKey(uri: string): void {
  const isUrn = namingUrn.test(uri);
  const link = isUrn ? keyLinkOf(uri) : uri;
  if (isUrn && link === uri)
    throw new ProtocolError('gs1-unrecognised', 'An EPC URN that is not of its form', { text: uri });
  checkNamingLink(link);
}
