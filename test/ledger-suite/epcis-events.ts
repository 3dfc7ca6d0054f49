/** Events as senders write them: JSON of EPCIS 2.0, one function for each business step of the story. */

/** An amount of a lot: link, quantity, unit of measure (none for a count). */
export type Amount = readonly [epcClass: string, quantity: number, uom?: string];

interface Moment {
  readonly at: string;
  readonly gln: string;
}

const place = (gln: string) => ({ id: `https://id.gs1.org/414/${gln}` });
const elements = (amounts: readonly Amount[]) =>
  amounts.map(([epcClass, quantity, uom]) => ({ epcClass, quantity, ...(uom && { uom }) }));

function common({ at, gln }: Moment, bizStep: string, disposition: string) {
  return {
    eventTime: at,
    eventTimeZoneOffset: '+02:00',
    bizStep,
    disposition,
    readPoint: place(gln),
  };
}

export function harvested(moment: Moment, amounts: readonly Amount[]) {
  return {
    type: 'ObjectEvent',
    action: 'ADD',
    ...common(moment, 'creating_class_instance', 'active'),
    bizLocation: place(moment.gln),
    quantityList: elements(amounts),
  };
}

export function commissioned(moment: Moment, epcList: readonly string[]) {
  return { type: 'ObjectEvent', action: 'ADD', ...common(moment, 'commissioning', 'active'), epcList };
}

export function shipped(moment: Moment, to: string, epcList: readonly string[], amounts: readonly Amount[] = []) {
  return {
    type: 'ObjectEvent',
    action: 'OBSERVE',
    ...common(moment, 'shipping', 'in_transit'),
    epcList,
    quantityList: elements(amounts),
    sourceList: [{ type: 'location', source: place(moment.gln).id }],
    destinationList: [{ type: 'location', destination: place(to).id }],
  };
}

export function received(moment: Moment, epcList: readonly string[], amounts: readonly Amount[] = []) {
  return {
    type: 'ObjectEvent',
    action: 'OBSERVE',
    ...common(moment, 'receiving', 'in_progress'),
    epcList,
    quantityList: elements(amounts),
  };
}

export function transformed(moment: Moment, inputs: readonly Amount[], outputs: readonly Amount[]) {
  return {
    type: 'TransformationEvent',
    ...common(moment, 'creating_class_instance', 'active'),
    inputQuantityList: elements(inputs),
    outputQuantityList: elements(outputs),
  };
}

export function packed(
  moment: Moment,
  parentID: string,
  amounts: readonly Amount[],
  childEPCs: readonly string[] = [],
) {
  return {
    type: 'AggregationEvent',
    action: 'ADD',
    ...common(moment, 'packing', 'in_progress'),
    parentID,
    childEPCs,
    childQuantityList: elements(amounts),
  };
}

export function unpacked(moment: Moment, parentID: string, amounts: readonly Amount[] = []) {
  return {
    type: 'AggregationEvent',
    action: 'DELETE',
    ...common(moment, 'unpacking', 'in_progress'),
    parentID,
    childQuantityList: elements(amounts),
  };
}

export function associated(moment: Moment, action: 'ADD' | 'DELETE', parentID: string, child: string) {
  const [bizStep, disposition] = action === 'ADD' ? ['installing', 'in_progress'] : ['removing', 'available'];
  return {
    type: 'AssociationEvent',
    action,
    ...common(moment, bizStep ?? '', disposition ?? ''),
    parentID,
    childEPCs: [child],
  };
}

export function observed(moment: Moment, bizStep: string, amounts: readonly Amount[]) {
  return {
    type: 'ObjectEvent',
    action: 'OBSERVE',
    ...common(moment, bizStep, 'in_progress'),
    quantityList: elements(amounts),
  };
}

export function sold(moment: Moment, amounts: readonly Amount[]) {
  return {
    type: 'ObjectEvent',
    action: 'OBSERVE',
    ...common(moment, 'retail_selling', 'retail_sold'),
    quantityList: elements(amounts),
  };
}
