import { problemMediaType, problemSchema } from '@hopline/protocol';
import type { MiddlewareHandler } from 'hono';
import { describeRoute, resolver } from 'hono-openapi';
import { z } from 'zod';
import type { AppEnv } from './app-context.ts';

/** What the OpenAPI document says of a route, by the schemas that the route itself uses. */
export interface RouteDescription {
  readonly summary: string;
  readonly tag: string;
  readonly body?: z.ZodType;
  /** Media type of a body that is not JSON. */
  readonly bodyType?: string;
  readonly query?: z.ZodObject;
  readonly answer?: z.ZodType;
  readonly answerType?: string;
  readonly status?: 200 | 201 | 202 | 204;
  /** Whether it answers without credentials. */
  readonly open?: boolean;
}

/** Describes a route for `/openapi.json`. */
export function route(description: RouteDescription): MiddlewareHandler<AppEnv> {
  const { summary, tag, body, bodyType, query, answer, answerType, open } = description;
  const status = description.status ?? (answer || answerType ? 200 : 204);
  const binary = { type: 'string', format: 'binary' } as const;
  return describeRoute({
    summary,
    tags: [tag],
    ...(open ? { security: [] } : {}),
    ...(query ? { parameters: parametersOf(query) } : {}),
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

function parametersOf(query: z.ZodObject) {
  return Object.entries(query.shape).map(([name, schema]) => ({
    name,
    in: 'query' as const,
    required: !(schema as z.ZodType).safeParse(undefined).success,
    schema: z.toJSONSchema(schema as z.ZodType, {
      io: 'input',
      unrepresentable: 'any',
      target: 'openapi-3.0',
    }) as object,
  }));
}
