import * as z from 'zod/mini';
import { isCode } from './api-error.ts';
import { request, requestNothing } from './request.ts';

const callerSchema = z.object({ name: z.string(), roles: z.array(z.string()) });
export type Caller = z.infer<typeof callerSchema>;

/** Who is signed in; `null` where nobody is. Throws ApiError. */
export async function fetchCaller(signal?: AbortSignal): Promise<Caller | null> {
  try {
    return await request('/api/session', callerSchema, { ...(signal ? { signal } : {}) });
  } catch (error) {
    if (isCode(error, 'unauthenticated')) return null;
    throw error;
  }
}

/** Exchanges an API key for a session's cookie, which scripts cannot read. Throws ApiError. */
export function signIn(key: string): Promise<Caller> {
  return request('/api/session', callerSchema, { method: 'POST', json: { key } });
}

export function signOut(): Promise<void> {
  return requestNothing('/api/session', { method: 'DELETE' });
}
