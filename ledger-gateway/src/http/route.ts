import { problemMediaType, problemSchema } from '@hopline/protocol';
import type { MiddlewareHandler } from 'hono';
import { describeRoute, resolver } from 'hono-openapi';
import { z } from 'zod';
import type { AppEnv } from './app-context.ts';

/** What the OpenAPI document says of a route, by the schemas that the route itself uses. */
export interface RouteDescription {
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly body?: z.ZodType;
  /** Media type of a body that is not JSON. */
  readonly bodyType?: string;
  readonly query?: z.ZodObject;
  /** Headers of the request, besides those that every request may have. */
  readonly headers?: z.ZodObject;
  readonly answer?: z.ZodType;
  readonly answerType?: string;
  /** Headers of the answer, with what they say. */
  readonly answerHeaders?: Readonly<Record<string, string>>;
  readonly status?: 200 | 201 | 202 | 204;
  /** Whether it answers without credentials. */
  readonly open?: boolean;
}

/** Describes a route for `/openapi.json`. */
export function route(description: RouteDescription): MiddlewareHandler<AppEnv> {
  const { summary, tag, body, bodyType, query, headers, answer, answerType, answerHeaders, open } = description;
  const status = description.status ?? (answer || answerType ? 200 : 204);
  const binary = { type: 'string', format: 'binary' } as const;
  return describeRoute({
    summary,
    ...(description.description === undefined ? {} : { description: description.description }),
    tags: [tag],
    ...(open ? { security: [] } : {}),
    ...(query || headers ? { parameters: [...parametersOf(query, 'query'), ...parametersOf(headers, 'header')] } : {}),
    ...(body || bodyType
      ? {
          requestBody: {
            required: true,
            content: { [bodyType ?? 'application/json']: { schema: body ? resolver(body) : binary } },
          },
        }
      : {}),
    responses: {
      [status]: {
        description: 'done',
        ...(answerHeaders ? { headers: headersOf(answerHeaders) } : {}),
        ...(answer
          ? { content: { [answerType ?? 'application/json']: { schema: resolver(answer) } } }
          : answerType
            ? { content: { [answerType]: { schema: binary } } }
            : {}),
      },
      default: {
        description: 'problem details (RFC 9457)',
        content: { [problemMediaType]: { schema: resolver(problemSchema) } },
      },
    },
  });
}

function headersOf(headers: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' as const } }]),
  );
}

function parametersOf<Place extends 'query' | 'header'>(parameters: z.ZodObject | undefined, place: Place) {
  return Object.entries(parameters?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: place,
    required: !(schema as z.ZodType).safeParse(undefined).success,
    schema: z.toJSONSchema(schema as z.ZodType, {
      io: 'input',
      unrepresentable: 'any',
      target: 'openapi-3.0',
    }) as object,
  }));
}
