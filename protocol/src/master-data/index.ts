export * from './data.ts';
export { fields as masterDataFields } from './fields.ts';
export { readMasterData } from './read-document.ts';
export { type WithoutMasterData, withoutMasterData } from './read-epcis-header.ts';
export { readJsonLd } from './read-json-ld.ts';
export { readTables, type Table } from './read-table.ts';
