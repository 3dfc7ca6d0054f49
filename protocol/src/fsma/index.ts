export { type Cell, type Column, describeMissing, sheetColumns, sheetNames } from './columns.ts';
export { type Derived, deriveCtes, maxPairsPerEvent, TooManyPairs } from './derive.ts';
export {
  type Facts,
  type FsmaEvent,
  glnOf,
  isUnit,
  linesOf,
  type PartyFacts,
  type PlaceFacts,
  type ProductFacts,
  traceabilityLotCode,
  tradeItem,
} from './fsma-event.ts';
export * from './kde.ts';
export { type KdeRule, kdeRules } from './rules.ts';
export { describeSupply, groupSupplies, type SupplyNeed } from './supply.ts';
