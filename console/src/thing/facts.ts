/** Terms of the GS1 Web Vocabulary that a page shows, in its order, as people call them. */
const labels: Readonly<Record<string, string>> = {
  'gs1:productDescription': 'Description',
  'gs1:brand': 'Brand',
  'gs1:variantDescription': 'Variety',
  'gs1:gpcCategoryCode': 'GPC brick',
  'gs1:responsibleOrganization': 'Organisation',
  'gs1:address': 'Address',
  'gs1:geo': 'Coordinates',
  'gs1:contactPoint': 'Contact',
};

/** What master data say, as pairs of a label and a text; what nobody has said is left out. */
export function factsOf(data: Readonly<Record<string, unknown>>): Array<readonly [label: string, text: string]> {
  return Object.entries(labels).flatMap(([term, label]) => {
    const text = textOf(data[term]);
    return text === '' ? [] : [[label, text] as const];
  });
}

/** Name of a product or place; `null` where it has none. */
export function nameOf(data: Readonly<Record<string, unknown>> | null): string | null {
  return textOf(data?.['gs1:productName']) || textOf(data?.['gs1:physicalLocationName']) || null;
}

/** All texts of a value in their order, without what only says what kind of thing it is. */
function textOf(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .filter(([term]) => !['@type', '@language', '@id', 'gs1:partyGLN'].includes(term))
    .map(([, part]) => textOf(part))
    .filter((text) => text !== '')
    .join(', ');
}
