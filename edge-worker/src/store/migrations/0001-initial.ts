/**
 * Tables of one edge node. Leaves lie in the order of their acceptance and a batch is a range of their ids, so that
 * sealing a thousand readings writes one row.
 */
export const initial = `
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE timers (name TEXT PRIMARY KEY, due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE blobs (name TEXT NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (name, part)) WITHOUT ROWID;

CREATE TABLE devices (id INTEGER PRIMARY KEY, device TEXT NOT NULL UNIQUE);
CREATE TABLE epochs (
  device INTEGER NOT NULL, epoch INTEGER NOT NULL, opened_ms INTEGER NOT NULL,
  PRIMARY KEY (device, epoch)) WITHOUT ROWID;
CREATE TABLE leaves (
  id INTEGER PRIMARY KEY AUTOINCREMENT, device INTEGER NOT NULL, epoch INTEGER, counter INTEGER,
  received_ms INTEGER NOT NULL, late INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE UNIQUE INDEX leaves_sequence ON leaves (device, epoch, counter) WHERE epoch IS NOT NULL;
-- Counters whose leaves are here no longer, as intervals: both ends included.
CREATE TABLE seen (
  device INTEGER NOT NULL, epoch INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  PRIMARY KEY (device, epoch, first)) WITHOUT ROWID;
CREATE TABLE legacy_recent (
  session TEXT NOT NULL, packet_id INTEGER NOT NULL, digest BLOB NOT NULL,
  PRIMARY KEY (session, packet_id)) WITHOUT ROWID;
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT, reason TEXT NOT NULL, device TEXT NOT NULL, received_ms INTEGER NOT NULL,
  digest BLOB NOT NULL, message BLOB NOT NULL);
CREATE INDEX quarantine_message ON quarantine (device, digest);

CREATE TABLE batches (
  sequence INTEGER PRIMARY KEY, digest BLOB NOT NULL, statement BLOB NOT NULL, summary BLOB NOT NULL,
  summary_digest BLOB NOT NULL, size INTEGER NOT NULL, first_leaf INTEGER NOT NULL, last_leaf INTEGER NOT NULL,
  from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, sealed_ms INTEGER NOT NULL,
  transaction_id TEXT, block INTEGER, covered_ms INTEGER);
CREATE INDEX batches_summary ON batches (summary_digest);
CREATE TABLE heads (
  msp_id TEXT PRIMARY KEY, sequence INTEGER, digest BLOB, height INTEGER NOT NULL, report BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE rule_states (
  device INTEGER NOT NULL, rule TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (device, rule)) WITHOUT ROWID;
CREATE TABLE excursions (
  device TEXT NOT NULL, rule TEXT NOT NULL, from_ms INTEGER NOT NULL, stream TEXT NOT NULL, to_ms INTEGER NOT NULL,
  peak INTEGER NOT NULL, PRIMARY KEY (device, rule, from_ms)) WITHOUT ROWID;
CREATE TABLE alerts (
  id TEXT PRIMARY KEY, received_ms INTEGER NOT NULL, event TEXT NOT NULL, delivered INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX alerts_order ON alerts (delivered, received_ms);

CREATE TABLE sessions (
  key TEXT PRIMARY KEY, principal TEXT NOT NULL, connection TEXT, expiry_seconds INTEGER NOT NULL, ended_ms INTEGER,
  will TEXT, will_due_ms INTEGER) WITHOUT ROWID;
CREATE TABLE subscriptions (
  session TEXT NOT NULL, filter TEXT NOT NULL, qos INTEGER NOT NULL, no_local INTEGER NOT NULL,
  PRIMARY KEY (session, filter)) WITHOUT ROWID;
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL, packet_id INTEGER, topic TEXT NOT NULL, payload BLOB NOT NULL);
CREATE INDEX deliveries_session ON deliveries (session, id);
-- The beginning of a packet whose end has not arrived, where it is too large for the socket's attachment.
CREATE TABLE partial_packets (connection TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
`;
