/** Limits of Digital Links at the edge, by name. */
export const resolverLimits = {
  /** How long a gateway may take for one answer. Somebody stands at a shelf with a phone. */
  gatewayTimeoutMs: 5_000,
  maxAnswerBytes: 1024 * 1024,
  /** Requests to gateways that are under way at once in this isolate; beyond them it is 503. */
  maxUnderWay: 32,
  /** How long an answer that may be kept is given again, whatever longer time the gateway allows. */
  keepMs: 30_000,
  maxKeptAnswers: 500,
  /** A larger answer is not kept. */
  maxKeptAnswerBytes: 16 * 1024,
  maxQueryChars: 2_048,
  /** `Retry-After` where no gateway can be reached. */
  retryAfterSeconds: 10,
  preflightSeconds: 3_600,
} as const;
