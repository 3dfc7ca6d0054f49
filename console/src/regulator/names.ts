import type { CteKind } from '../api/fsma.ts';

/** Critical tracking events as the sheet calls them. */
export const cteNames: Readonly<Record<CteKind, string>> = {
  harvesting: 'Harvesting',
  cooling: 'Cooling',
  'initial-packing': 'Initial packing',
  'first-land-based-receiving': 'First land-based receiving',
  shipping: 'Shipping',
  receiving: 'Receiving',
  transformation: 'Transformation',
};

const fieldNames: Readonly<Record<string, string>> = {
  businessName: 'business name',
  phone: 'phone number',
  street: 'street address',
  region: 'state',
  postalCode: 'ZIP code',
  growingArea: 'name of the field or growing area',
  name: 'product name',
  packagingSize: 'packaging size',
  packagingStyle: 'packaging style',
  uom: 'unit of measure',
};

/** A field of master data, or a part of an element, in words. */
export function fieldName(field: string): string {
  return fieldNames[field] ?? field;
}
