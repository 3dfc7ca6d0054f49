const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** Limits of the outbox, by name. Times are milliseconds. */
export const notifyLimits = {
  /** Notices that wait for delivery; beyond it their causes are refused (`outbox-full`), so that none is lost silently. */
  maxQueuedNotices: 100_000,
  /** Standard Webhooks recommends less than 20 kB; a capture that many subscribers ask for can be more. */
  maxPayloadBytes: 256 * 1024,
  /** Subject, text and HTML of one e-mail. */
  maxEmailBytes: 256 * 1024,
  maxUrlChars: 2_048,
  maxRecipients: 20,
  maxSecretsPerNotice: 4,
  /** Deliveries under way at once, of all targets and to one of them. */
  maxDeliveries: 16,
  maxDeliveriesPerTarget: 2,
  /** Standard Webhooks, "Request timeouts": between 15 and 30 s. */
  deliveryTimeoutMs: 20 * secondMs,
  /** Bytes read of an answer; what it says beyond them is of no interest. */
  maxAnswerBytes: 16 * 1024,
  /** Characters of an answer that are kept to be shown. */
  maxShownAnswerChars: 300,
  /** Longest wait that a receiver may ask for with `Retry-After`. */
  maxRetryAfterMs: 24 * hourMs,
  /** How long a target that answers 429, 502, 503 or 504 without `Retry-After` gets nothing. */
  throttleMs: 30 * secondMs,
  /** Longest rest of a whole target: others may have receivers at the same origin. */
  maxTargetPauseMs: 5 * minuteMs,
  /** Delivered, failed and cancelled notices stay this long, and so many of them. */
  keepEndedMs: 90 * 24 * hourMs,
  maxEndedNotices: 200_000,
  cleanUpIntervalMs: hourMs,
  /** Longest pause of the worker: a row that it was not told of is found after it. */
  maxIdleMs: 30 * secondMs,
  /** Rows of one page of the admin view. */
  maxNoticesPerPage: 200,
} as const;

/**
 * Waits before each attempt, the first at once: the schedule that Standard Webhooks gives as its example
 * ("Deliverability and reliability"), 75 h 35 min in all.
 */
export const retryScheduleMs: readonly number[] = [
  0,
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
];
