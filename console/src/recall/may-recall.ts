import type { Caller } from '../api/session.ts';

/** Roles that open, run and answer recalls in the organisation's name. */
const recallRoles = ['admin', 'quality'];

export function mayRecall(caller: Caller | null): boolean {
  return caller?.roles.some((role) => recallRoles.includes(role)) ?? false;
}
