/** Limits of the resolver, by name. */
export const resolverLimits = {
  /** How long others may keep a linkset, a redirect or master data that anybody may see: links change with deployments. */
  cacheSeconds: 60,
  /** Things that one address without credentials may ask for, at once and per second: what a person with a phone does. */
  burstAnonymous: 30,
  anonymousPerSecond: 2,
  /** Certificates in one answer, and events that are looked through for them. */
  maxCertificates: 200,
  /** Things in a unit whose recalls count for it. */
  maxContents: 5_000,
  /** How long a browser may keep the answer to a preflight. */
  preflightSeconds: 3_600,
} as const;
