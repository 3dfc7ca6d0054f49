/**
 * What is kept of readings that have left: a run of consecutive counters is one row, whose blob holds 16 bytes for each of
 * them in order.
 */
export const leftDigests = `
CREATE TABLE left_digests (
  device INTEGER NOT NULL, epoch INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  left_ms INTEGER NOT NULL, digests BLOB NOT NULL, PRIMARY KEY (device, epoch, first)) WITHOUT ROWID;
CREATE INDEX left_digests_order ON left_digests (left_ms);
`;
