import { z } from 'zod';

/**
 * What somebody may do. `peer` is another organisation's gateway, which may fetch summaries and nothing else.
 */
export const roleSchema = z.enum(['admin', 'operator', 'quality', 'reader', 'peer']);
export type Role = z.infer<typeof roleSchema>;

/** Who asks. */
export interface Caller {
  readonly kind: 'key' | 'oidc' | 'session';
  /** Id of the key, or subject of the token. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

/** What routes demand, by role. */
export const permissions = {
  /** Everything that is known of goods, places, batches and alerts. */
  read: ['admin', 'operator', 'quality', 'reader'],
  /** Capture of events in the organisation's name. */
  capture: ['admin', 'operator'],
  /** Working off the worklist. */
  work: ['admin', 'operator', 'quality'],
  /** Opening, answering and closing recalls in the organisation's name. */
  recall: ['admin', 'quality'],
  /** The outbox of notices: what went to whom, another delivery, none. */
  notify: ['admin', 'quality'],
  /** Registry, enrolment, keys. */
  administer: ['admin'],
  /** Summaries by digest. */
  'read-summaries': ['admin', 'operator', 'quality', 'reader', 'peer'],
} as const satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof permissions;

export function isAllowed(caller: Caller, permission: Permission): boolean {
  const allowed: readonly Role[] = permissions[permission];
  return caller.roles.some((role) => allowed.includes(role));
}
