/** Steps that one walk reads at most; a graph beyond it says that it is cut short. */
export const maxTraceFlows = 100_000;
/** Edges of one answer. */
export const maxTraceEdges = 50_000;
/** Things at a place in a span of time from which one walk starts. */
export const maxTraceStarts = 2_000;
/** Lots whose conditions one answer gives: each costs as much as a lot's own page. */
export const maxConditionLots = 20;
/** Events that one finding names. */
export const maxFindingEvents = 50;
/** Findings of one answer; how many there are in all is said. */
export const maxFindings = 500;
/** How long goods may be on the way before their shipment counts as one that never arrived. */
export const overdueShipmentMs = 72 * 3_600_000;
/** How deep units may stand in each other, as the chaincode has it. */
export const maxUnitDepth = 32;
