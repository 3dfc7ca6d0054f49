import { describe, expect, it } from 'vitest';
import { fingerprintOf, type ProcessPlan, type ProcessRecord } from './node-process.ts';
import { compareProcesses } from './reconcile-processes.ts';

function plan(name: string, configuration = ''): ProcessPlan {
  const readiness = { port: 1, tls: null };
  return { name, command: name, args: [], cwd: '/', env: {}, configuration, ports: [], readiness };
}

function record(of: ProcessPlan): ProcessRecord {
  return { name: of.name, pid: 1, identity: '1', fingerprint: fingerprintOf(of) };
}

describe('compareProcesses', () => {
  it('starts everything in an empty folder', () => {
    const wanted = [plan('orderer1'), plan('peer')];
    expect(compareProcesses([], wanted)).toEqual({ stop: [], keep: [], start: wanted });
  });

  it('does nothing where all of it runs', () => {
    const wanted = [plan('orderer1'), plan('peer')];
    const running = wanted.map(record);
    const keep = wanted.map((plan, index) => ({ plan, record: running[index] }));
    expect(compareProcesses(running, wanted)).toEqual({ stop: [], keep, start: [] });
  });

  it('starts what is missing, restarts what was configured otherwise, and stops what is not wanted', () => {
    const running = [record(plan('orderer1')), record(plan('peer', 'old')), record(plan('chaincode'))];
    const wanted = [plan('orderer1'), plan('peer', 'new'), plan('orderer2')];
    expect(compareProcesses(running, wanted)).toEqual({
      stop: [running[1], running[2]],
      keep: [{ plan: wanted[0], record: running[0] }],
      start: [wanted[1], wanted[2]],
    });
  });
});
