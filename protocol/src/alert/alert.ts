import { z } from 'zod';
import { deviceUrnSchema, nodeIdSchema } from '../registry/records.ts';

export const excursionAlertType = 'org.hopline.excursion.v1';

/**
 * An excursion alert as a CloudEvent (1.0, structured JSON). The edge sends it before the ledger knows; `source` is the
 * edge node, `subject` the device and stream. Values are thousandths of the unit.
 */
export const excursionAlertSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(200),
  source: z.string().min(1).max(200),
  type: z.literal(excursionAlertType),
  subject: z.string().max(400),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  data: z.strictObject({
    node: nodeIdSchema,
    device: deviceUrnSchema,
    stream: z.string(),
    unit: z.string().nullable(),
    rule: z.string(),
    min: z.int().nullable(),
    max: z.int().nullable(),
    fromMs: z.int(),
    toMs: z.int(),
    peak: z.int(),
    /** When the reading that completed the condition arrived, by the edge's clock. */
    receivedAtMs: z.int(),
  }),
});
export type ExcursionAlert = z.infer<typeof excursionAlertSchema>;

/** MQTT topic on which an alert goes out; `alerts/#` gets them all. */
export function alertTopic(alert: ExcursionAlert): string {
  return `alerts/${alert.data.rule}/${alert.data.device}`;
}
