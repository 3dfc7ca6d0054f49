/** Limits of the HTTP interface, by name. */
export const httpLimits = {
  maxJsonBytes: 1024 * 1024,
  /** An upload of 64 statements with their summaries. */
  maxUploadBytes: 64 * 1024 * 1024,
  /** Uploads of statements without a token that is known, which stand by their signatures: see `StrangerGate`. */
  maxStrangerUploadBytes: 9 * 1024 * 1024,
  maxStrangers: 8,
  maxStrangersPerAddress: 2,
  burstStrangerUploads: 30,
  strangerUploadsPerSecond: 1,
  maxCaptureBytes: 512 * 1024,
  maxAlertBytes: 64 * 1024,
  /** Requests that one caller, or one address without credentials, may make at once and per second. */
  burstRequests: 400,
  requestsPerSecond: 100,
  anonymousBurstRequests: 120,
  anonymousRequestsPerSecond: 20,
  /** Lots that one address without credentials may ask for: what a person with a phone does, not who copies them all. */
  burstPublicLots: 30,
  publicLotsPerSecond: 2,
  /** Wrong credentials from one address before it has to wait. */
  burstFailures: 20,
  failuresPerSecond: 0.2,
  maxEventStreams: 200,
  eventHeartbeatMs: 15_000,
  /** WebSockets: what a client may say, how long it may take a message and a farewell, and how often it is looked for. */
  maxSocketMessageBytes: 1_024,
  socketSendMs: 20_000,
  socketCloseMs: 2_000,
  socketPingMs: 30_000,
  requestTimeoutMs: 120_000,
  /** All headers of a request with its address; Node itself answers what is larger, with 431. */
  maxHeaderBytes: 64 * 1024,
} as const;
