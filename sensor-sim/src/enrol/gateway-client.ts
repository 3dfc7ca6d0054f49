import { type Device, problemSchema } from '@hopline/protocol';
import { z } from 'zod';
import { SimError } from '../error.ts';

const requestTimeoutMs = 30_000;

const codeSchema = z.object({ code: z.string().min(1), expiresMs: z.number() });
const registrationSchema = z.object({
  password: z.string().min(1),
  expiresMs: z.number().optional(),
  url: z.string().optional(),
});
const sitesSchema = z.object({ sites: z.array(z.object({ gln: z.string(), mspId: z.string() })) });

export interface Registration {
  readonly password: string;
  /** When the password ends, in ms since 1970. */
  readonly expiresMs?: number | undefined;
  /** MQTT address, as far as the gateway knows it. */
  readonly url?: string | undefined;
}

/** The part of an organisation's gateway that enrolment needs. */
export interface GatewayClient {
  /** A one-time code for a device. */
  enrolmentCode(device: string, expiresInMs: number): Promise<string>;
  /** Registers a device on the ledger; `proof` is base64url, `null` for one that cannot sign. */
  register(device: Device, proof: string | null, code: string): Promise<Registration>;
  /** The organisation of a site, or `null` where the site is not known. */
  ownerOf(gln: string): Promise<string | null>;
}

/** Talks to a gateway. Everything throws `gateway-unreachable` or `gateway-refused`, with the gateway's own words. */
export function createGatewayClient(url: string, apiKey: string): GatewayClient {
  const call = async <T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> => {
    const response = await request(new URL(path, url), method, apiKey, body);
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw refusal(method, path, response.status, answer);
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new SimError('gateway-refused', `${method} ${path} was answered in a form that is not known`, { url });
  };
  return {
    async enrolmentCode(device, expiresInMs) {
      const body = { purpose: 'device', subject: device, expiresInMs };
      return (await call('POST', '/api/enrolment-codes', codeSchema, body)).code;
    },
    register: (device, proof, code) => call('POST', '/api/devices', registrationSchema, { code, proof, device }),
    async ownerOf(gln) {
      const { sites } = await call('GET', '/api/sites', sitesSchema);
      return sites.find((site) => site.gln === gln)?.mspId ?? null;
    },
  };
}

async function request(url: URL, method: string, apiKey: string, body: unknown): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${apiKey}`, accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    return await fetch(url, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
  } catch (cause) {
    throw new SimError(
      'gateway-unreachable',
      `the gateway at ${url.origin} does not answer`,
      { url: url.origin },
      { cause },
    );
  }
}

function refusal(method: string, path: string, status: number, answer: unknown): SimError {
  const problem = problemSchema.safeParse(answer);
  const words = problem.success
    ? [problem.data.title, problem.data.detail].filter(Boolean).join(': ')
    : 'no reason given';
  const code = problem.success ? problem.data.code : undefined;
  return new SimError('gateway-refused', `${method} ${path}: ${status}, ${words}`, { status, code });
}
