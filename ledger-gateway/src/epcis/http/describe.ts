import type { MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { AppEnv } from '../../http/app-context.ts';
import { type RouteDescription, route } from '../../http/route.ts';
import { epcFormats } from '../answer/translate-identifiers.ts';
import { errorBehaviours } from '../capture/capture-job.ts';
import { epcisLimits } from '../limits.ts';
import { sensorNames } from '../query/sensor-parameters.ts';
import { standardNames } from '../query/standard-parameters.ts';
import { cbvFormats } from './negotiate.ts';

const text = z.string().optional();

/** Versions that a client allows, or says that its document has. */
const versions = {
  'GS1-EPCIS-Version': text,
  'GS1-EPCIS-Min': text,
  'GS1-EPCIS-Max': text,
  'GS1-CBV-Version': text,
  'GS1-CBV-Min': text,
  'GS1-CBV-Max': text,
};
const forms = {
  ...versions,
  'GS1-EPC-Format': z.enum(epcFormats).optional(),
  'GS1-CBV-XML-Format': z.enum(cbvFormats).optional(),
};

/** Headers of requests, by what a route does. */
const requestHeaders = {
  capture: z.object({ ...versions, 'GS1-Capture-Error-Behaviour': z.enum(errorBehaviours).optional() }),
  event: z.object(versions),
  definition: z.object({ ...versions, 'GS1-Extensions': text }),
  events: z.object({ ...forms, 'GS1-Extensions': text }),
  form: z.object(forms),
  plain: z.object(versions),
} as const;

/** Parts of a result, wherever there may be many. */
export const paging = {
  perPage: z.int().min(1).max(epcisLimits.maxPerPage).optional(),
  nextPageToken: z.string().optional(),
};

/** Parameters of the query language whose names are fixed; of those with a part of the sender's own the guide tells. */
export const queryParameters = z.object({
  ...paging,
  ...Object.fromEntries([...standardNames, ...sensorNames].map((name) => [name, text])),
  orderBy: text,
  orderDirection: z.enum(['ASC', 'DESC']).optional(),
  eventCountLimit: z.int().min(1).optional(),
  maxEventCount: z.int().min(1).optional(),
});

/** What the description of a route with events says of parameters that OpenAPI can not name. */
export const openNames =
  'Lists are parted by |. Further parameters: EQ_bizTransaction_{type}, EQ_source_{type}, EQ_destination_{type}; ' +
  '{EQ|GE|GT|LE|LT}_quantity_{uom} and of sensor reports _value_, _minValue_, _maxValue_, _meanValue_, _sDev_, ' +
  '_percValue_{uom}; {EQ|GE|GT|LE|LT|EXISTS}_{prefix:field} of extensions, with ILMD_, INNER_, INNER_ILMD_, ' +
  'ERROR_DECLARATION_, SENSORELEMENT_, SENSORMETADATA_, SENSORREPORT_, readPoint_ or bizLocation_ in front of the field; ' +
  'HASATTR_{field}, EQATTR_{field}_{attribute}.';

const spoken = { 'GS1-EPCIS-Version': 'The version spoken', 'GS1-CBV-Version': 'The version spoken' };

export interface EpcisRoute extends Omit<RouteDescription, 'tag' | 'headers'> {
  readonly takes?: keyof typeof requestHeaders;
  /** Whether the answer may have a next page, or says where something is. */
  readonly gives?: 'page' | 'location';
}

/** Describes a route of EPCIS for `/openapi.json`, with the headers of the standard. */
export function describe({ takes = 'plain', gives, answerHeaders, ...rest }: EpcisRoute): MiddlewareHandler<AppEnv> {
  return route({
    ...rest,
    tag: 'epcis',
    headers: requestHeaders[takes],
    answerHeaders: {
      ...spoken,
      ...(gives === 'page' ? { Link: 'The next page, rel="next" (RFC 8288); its token does not expire' } : {}),
      ...(gives === 'location' ? { Location: 'Where it is' } : {}),
      ...answerHeaders,
    },
  });
}
