/** Reason codes of MQTT 5 (§2.4) that the broker gives. */
export const reason = {
  success: 0x00,
  noSubscriptionExisted: 0x11,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationSpecific: 0x83,
  unsupportedVersion: 0x84,
  clientIdInvalid: 0x85,
  badCredentials: 0x86,
  notAuthorised: 0x87,
  serverUnavailable: 0x88,
  serverBusy: 0x89,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
  payloadFormatInvalid: 0x99,
  retainNotSupported: 0x9a,
  qosNotSupported: 0x9b,
  sharedNotSupported: 0x9e,
  subscriptionIdsNotSupported: 0xa1,
} as const;

/** Return codes of CONNACK in 3.1.1 (§3.2.2.3), and the SUBACK code of a refused filter (§3.9.3). */
export const returnCode = {
  accepted: 0,
  unacceptableVersion: 1,
  identifierRejected: 2,
  serverUnavailable: 3,
  badCredentials: 4,
  notAuthorised: 5,
  subscriptionFailure: 0x80,
} as const;

/** WebSocket close codes (RFC 6455 §7.4.1). */
export const closeCode = { normal: 1000, unsupportedData: 1003, policy: 1008, tooBig: 1009, internal: 1011 } as const;
