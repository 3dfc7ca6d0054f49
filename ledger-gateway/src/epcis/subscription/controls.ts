import { z } from 'zod';
import { GatewayError } from '../../gateway-error.ts';
import { nextTimeMs, parseSchedule, type ScheduleTexts, scheduleParts } from './schedule.ts';

/** The standard's schema wants a text, and its examples show numbers. */
const part = z
  .union([z.string().max(200), z.int().min(0).max(59)])
  .transform(String)
  .optional();
export const scheduleSchema = z.strictObject({
  second: part,
  minute: part,
  hour: part,
  dayOfMonth: part,
  month: part,
  dayOfWeek: part,
});

/** When to report, as a client asks for it. */
export interface WantedControls {
  readonly stream?: boolean | undefined;
  readonly schedule?: z.infer<typeof scheduleSchema> | undefined;
  readonly reportIfEmpty?: boolean | undefined;
}

/** When to report: with each new event, or by a schedule that is due for the first time at `dueMs`. */
export interface Controls {
  readonly stream: boolean;
  readonly schedule: ScheduleTexts | null;
  readonly dueMs: number | null;
  readonly reportIfEmpty: boolean;
}

/** Either a stream or a schedule says when a report is due. Throws `subscription-controls`. */
export function readControls({ stream, schedule, reportIfEmpty }: WantedControls, nowMs: number): Controls {
  if ((stream === true) === (schedule !== undefined)) {
    throw new GatewayError('subscription-controls', 'a subscription has either stream: true or a schedule');
  }
  if (schedule === undefined) {
    if (reportIfEmpty === true) {
      throw new GatewayError('subscription-controls', 'a stream has no empty reports: reportIfEmpty needs a schedule');
    }
    return { stream: true, schedule: null, dueMs: null, reportIfEmpty: false };
  }
  const dueMs = nextTimeMs(parseSchedule(schedule), nowMs);
  if (dueMs === null) throw new GatewayError('subscription-controls', 'the schedule has no time in the next years');
  return { stream: false, schedule, dueMs, reportIfEmpty: reportIfEmpty ?? false };
}

const flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .optional();

/** Parameters of an address that ask for a subscription (EPCIS 2.0, REST bindings, `/queries/{name}/events`). */
export const controlParameters = z.object({
  stream: flag,
  reportIfEmpty: flag,
  initialRecordTime: z.iso.datetime({ offset: true }).optional(),
  ...scheduleSchema.shape,
});

/** The first of the parameters that speak of a subscription; `null` where there are none. */
export function controlAmong(search: URLSearchParams): string | null {
  return Object.keys(controlParameters.shape).find((name) => search.has(name)) ?? null;
}

/**
 * Reads a subscription from an address.
 * @throws GatewayError `subscription-controls`, naming the parameter
 */
export function controlsOfUrl(
  search: URLSearchParams,
  nowMs: number,
): Controls & { readonly initialRecordMs: number | null } {
  const texts = Object.keys(controlParameters.shape).flatMap((name) => {
    const values = search.getAll(name);
    if (values.length > 1) throw unreadable(name, values.join(' '));
    return values.map((value): [string, string] => [name, value]);
  });
  const parsed = controlParameters.safeParse(Object.fromEntries(texts));
  if (!parsed.success) {
    const name = String(parsed.error.issues[0]?.path[0]);
    throw unreadable(name, search.get(name));
  }
  const { stream, reportIfEmpty, initialRecordTime, ...schedule } = parsed.data;
  const isScheduled = scheduleParts.some((name) => schedule[name] !== undefined);
  return {
    ...readControls({ stream, schedule: isScheduled ? schedule : undefined, reportIfEmpty }, nowMs),
    initialRecordMs: initialRecordTime === undefined ? null : Date.parse(initialRecordTime),
  };
}

function unreadable(parameter: string, value: string | null): GatewayError {
  return new GatewayError('subscription-controls', `${parameter} can not be read`, { parameter, value });
}
