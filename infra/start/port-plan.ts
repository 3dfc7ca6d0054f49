import { freePortRun, isPortFree } from '../free-ports.ts';

/** Where everything listens, all on loopback, in one run of ports from a base. */
export interface PortPlan {
  readonly gateways: readonly number[];
  readonly edges: readonly number[];
  readonly ledger: number;
  readonly chaincode: readonly number[];
}

export const defaultPortBase = 8080;
/** A real Fabric network takes a run of its own, with room for all of its nodes. */
const ledgerOffset = 40;
const portsUsed = 100;

export function planPorts(base: number): PortPlan {
  return {
    gateways: [base, base + 1, base + 2],
    edges: [base + 10, base + 11],
    chaincode: [base + 20, base + 21, base + 22],
    ledger: base + ledgerOffset,
  };
}

/** Throws an Error that names the port in use and what wanted it. */
export async function requireFreePorts(plan: PortPlan, ledgerPorts: number): Promise<void> {
  const wanted: [number, string][] = [
    ...plan.gateways.map((port): [number, string] => [port, 'a gateway']),
    ...plan.edges.map((port): [number, string] => [port, 'an edge node']),
    ...plan.chaincode.map((port): [number, string] => [port, 'the chaincode']),
    ...Array.from({ length: ledgerPorts }, (_, index): [number, string] => [plan.ledger + index, 'the ledger']),
  ];
  for (const [port, who] of wanted) {
    if (!(await isPortFree(port)))
      throw new Error(`port ${port}, wanted by ${who}, is in use. Choose others: npm start -- --port-base N`);
  }
}

/** A base whose ports are all free now; for tests and demos, which may run beside anything. */
export async function findPortBase(random: () => number): Promise<number> {
  const base = await freePortRun(portsUsed, random);
  if (base === null) throw new Error(`no ${portsUsed} free ports in a row were found`);
  return base;
}
