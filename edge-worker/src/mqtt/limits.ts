import { maxReadingBytes } from '@hopline/protocol';

/** Largest packet taken: a reading of the largest size with its topic and properties. */
export const maxPacketBytes = maxReadingBytes + 4096;
/** QoS 1 messages of one client that may wait for their PUBACK. */
export const receiveMaximum = 1024;
/** The same for 3.1.1, which knows no such limit and learns of it by the end of the connection. */
export const maxUnacknowledgedUntold = 8192;
/** Sessions are kept at most this long after their connection (a day), and told so where they ask for more. */
export const maxSessionExpirySeconds = 86_400;
/** Longest silence a client may choose; MQTT 5 is told the server's keep alive where it asks for more, or for none. */
export const maxKeepAliveSeconds = 3600;
/**
 * A socket on which no whole CONNECT has come after this long is sent a close frame. What is left of it is the platform's: on a
 * plain workerd the TCP connection ends when the client ends it, or when the object has had nothing to do for ten seconds.
 */
export const connectTimeoutMs = 10_000;
export const maxClientIdCharacters = 256;
export const maxSubscriptionsPerSession = 64;
/** Alerts kept for a session that is away or slow; what comes beyond is dropped and counted. */
export const maxDeliveriesPerSession = 1000;
export const maxWillBytes = 4096;
/** Sockets of one object: the platform takes 32,768 (Durable Objects, WebSocket hibernation). */
export const maxConnections = 32_000;
/** Sockets that have not opened a session; beyond it upgrades are refused until one has, or its time is over. */
export const maxUnopenedConnections = 500;
/** Wrong credentials that are answered at once, and how many more each second; the others wait for their time-out. */
export const maxFailedConnectsAtOnce = 50;
export const failedConnectsPerSecond = 5;
/** Sessions on a connection or away. */
export const maxSessions = maxConnections;
/** The socket's attachment takes 16 KB; a longer beginning of a packet goes to SQLite. */
export const maxAttachedRestBytes = 8192;
