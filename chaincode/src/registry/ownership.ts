import type { OrganisationRecord, SiteRecord } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';

/** Refuses who writes in another organisation's name. */
export function assertOwn(what: string, mspId: string, submitter: string): void {
  if (mspId === submitter) return;
  throw new Refused('not-permitted', `only ${mspId} writes this ${what}`, { owner: mspId, submitter });
}

/** The submitter's organisation, which has to be registered before anything of it is. */
export async function loadOrganisation(draft: Draft, mspId: string): Promise<OrganisationRecord> {
  const organisation = await draft.load('organisation', mspId);
  if (!organisation) throw new Refused('unknown-organisation', 'the organisation is not registered', { mspId });
  return organisation;
}

/** A registered site. */
export async function loadSite(draft: Draft, gln: string): Promise<SiteRecord> {
  const site = await draft.load('site', gln);
  if (!site) throw new Refused('unknown-site', 'the site is not registered', { gln });
  return site;
}
