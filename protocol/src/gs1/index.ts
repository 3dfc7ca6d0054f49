export { fromApplicationIdentifiers, toApplicationIdentifiers } from './application-identifiers.ts';
export { checkDigit, hasCheckDigit } from './check-digit.ts';
export { classifyQuery, type FindQuery } from './classify-query.ts';
export { canonicalOrigin, escapeSegment, parseDigitalLink, toDigitalLink, unescapeSegment } from './digital-link.ts';
export { parseElementString, toElementString } from './element-string.ts';
export { type GS1Identifier, type GS1Kind, maxIdentifierChars } from './identifier.ts';
export { checkNamingLink } from './naming-key.ts';
export { canonical, canonicalLink, parseIdentifier } from './parse-identifier.ts';
export { maxCompanyPrefixDigits, minCompanyPrefixDigits, type ParsedUrn, parseUrn, toUrn } from './urn.ts';
export {
  gln13,
  glnExtension,
  gtin14,
  lotNumber,
  maxGiaiChars,
  maxGraiSerialChars,
  maxLotChars,
  serialNumber,
  sscc18,
} from './value.ts';
