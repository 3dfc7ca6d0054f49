import * as z from 'zod/mini';
import { request, requestNothing } from './request.ts';

const noticeSchema = z.object({
  id: z.string(),
  kind: z.enum(['webhook', 'email']),
  to: z.array(z.string()),
  type: z.string(),
  state: z.enum(['queued', 'delivered', 'failed', 'cancelled']),
  attempts: z.int(),
  nextMs: z.nullable(z.int()),
  endedMs: z.nullable(z.int()),
  reason: z.nullable(z.string()),
  last: z.nullable(z.object({ atMs: z.int(), status: z.nullable(z.int()), answer: z.string() })),
});
/** Something that others are to be told, and how far it came. */
export type Notice = z.infer<typeof noticeSchema>;

/** Notices that were tried and have not arrived: those that will not arrive by themselves any more first. */
export async function fetchUndelivered(signal: AbortSignal): Promise<readonly Notice[]> {
  const schema = z.object({ notices: z.array(noticeSchema) });
  const [failed, queued] = await Promise.all(
    ['failed', 'queued'].map((state) => request(`/api/notices?state=${state}&limit=200`, schema, { signal })),
  );
  return [...(failed?.notices ?? []), ...(queued?.notices ?? []).filter(({ attempts }) => attempts > 0)];
}

/** Delivers a notice now that has failed, or waits for its next attempt. */
export function retryNotice(id: string): Promise<void> {
  return requestNothing(`/api/notices/${encodeURIComponent(id)}/retry`, { method: 'POST' });
}
