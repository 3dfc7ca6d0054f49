import { bareTerm, isJsonObject, type Json, type JsonObject, vocabularies } from '@hopline/protocol/epcis';

type Change = (value: Json) => Json;

const { bizStep, disposition, bizTransactionType, sourceDestinationType, errorReason } = vocabularies;
const ofType = (vocabulary: Parameters<typeof plainText>[0]): Change => inside({ type: plainText(vocabulary) });

/** Fields of an event that hold terms of the standard. */
const terms: Readonly<Record<string, Change>> = {
  bizStep: plainText(bizStep),
  disposition: plainText(disposition),
  persistentDisposition: inside({ set: plainText(disposition), unset: plainText(disposition) }),
  bizTransactionList: ofType(bizTransactionType),
  sourceList: ofType(sourceDestinationType),
  destinationList: ofType(sourceDestinationType),
  errorDeclaration: inside({ reason: plainText(errorReason) }),
};

/**
 * An event whose standard terms are written as JSON has them: URNs are XML's form (EPCIS 2.0, section 10.2), capture takes them all
 * the same, and the standard's schema refuses them in an answer.
 */
export function plainTerms(event: JsonObject): JsonObject {
  return changed(event, terms);
}

function plainText(vocabulary: Parameters<typeof bareTerm>[0]): Change {
  const change: Change = (value) => {
    if (Array.isArray(value)) return value.map((entry: Json) => change(entry));
    const isUrn = typeof value === 'string' && value.startsWith('urn:epcglobal:cbv:');
    // A URN of the standard that is no term was refused when it was captured.
    return isUrn ? bareTerm(vocabulary, value) : value;
  };
  return change;
}

function inside(fields: Readonly<Record<string, Change>>): Change {
  const change: Change = (value) => {
    if (Array.isArray(value)) return value.map((entry: Json) => change(entry));
    return isJsonObject(value) ? changed(value, fields) : value;
  };
  return change;
}

function changed(object: JsonObject, fields: Readonly<Record<string, Change>>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      Object.hasOwn(fields, name) ? (fields[name]?.(value) ?? value) : value,
    ]),
  );
}
