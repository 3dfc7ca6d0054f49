import { z } from 'zod';
import type { FieldName } from './fields.ts';
import { isTimeZone } from './local-time.ts';
import { stepNames, steps } from './steps.ts';

export const dateFormats = ['ymd', 'dmy', 'mdy'] as const;
export type DateFormat = (typeof dateFormats)[number];

const fieldNames = [...new Set(stepNames.flatMap((step) => steps[step].fields.map(({ name }) => name)))] as [
  FieldName,
  ...FieldName[],
];
const fieldName = z.enum(fieldNames);
const maxUnitWords = 50;

/** How the columns of a sheet become a step: each field from a column, or one value for all rows. */
export const mappingSchema = z.strictObject({
  step: z.enum(stepNames),
  /** Sheet of a workbook; `null` for the first, and for CSV. */
  sheet: z.string().max(200).nullable().default(null),
  /** Row that holds the names of the columns, as a spreadsheet numbers it; `null` where it is to be found. */
  headerRow: z.int().min(1).max(1_048_576).nullable().default(null),
  /** Column of each field, from 0. */
  columns: z.partialRecord(fieldName, z.int().min(0).max(1_000)),
  /** Value of a field that has no column. */
  constants: z.partialRecord(fieldName, z.string().max(200)).default({}),
  /** Order of day, month and year in texts. Cells that are dates need none. */
  dateFormat: z.enum(dateFormats),
  /** IANA name or offset, in which the times were written. */
  timeZone: z.string().max(64).refine(isTimeZone, 'a time zone such as America/Los_Angeles or +02:00'),
  /** What stands before the decimals of texts. */
  decimal: z.enum(['.', ',']),
  /** This sheet's own words for units: Rec. 20 code by word, '' for a count. */
  units: z
    .record(z.string().max(40), z.string().regex(/^([A-Z0-9]{2,3})?$/, 'a UN/CEFACT Rec. 20 code such as KGM'))
    .refine((units) => Object.keys(units).length <= maxUnitWords, `at most ${maxUnitWords} words`)
    .default({}),
});
export type Mapping = z.output<typeof mappingSchema>;
export type MappingInput = z.input<typeof mappingSchema>;
