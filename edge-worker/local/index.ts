export { buildWorker } from './build-worker.ts';
export { type LocalEdge, type LocalEdgeOptions, type NodesInput, startLocalEdge } from './start-local-edge.ts';
