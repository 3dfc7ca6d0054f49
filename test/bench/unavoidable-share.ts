import { Rounds, type Section } from './figures.ts';
import { unavoidable } from './work-section.ts';

/**
 * How much of the processor time of a reading nobody can save: verification, hashes and commit as measured by themselves,
 * over what the edge node takes, and over what all of the pipeline takes. `null` where one of the two was not measured.
 */
export function unavoidableShare(sections: readonly Section[]): Section | null {
  const medianOf = (section: string, name: string) =>
    sections.find((each) => each.name === section)?.figures.find((each) => each.name === name)?.median ?? null;
  const parts = Object.values(unavoidable).map((name) => medianOf('work', `${name}: processor`));
  const needed = sum(parts);
  const edge = medianOf('anchoring', '1 edge node: processor time, edge');
  const others = (['gateways', 'ledger', 'chaincode'] as const).map((role) =>
    medianOf('anchoring', `1 edge node: processor time, ${role}`),
  );
  const all = sum([edge, ...others]);
  if (!needed || !edge || !all) return null;
  const found = new Rounds();
  found.add('unavoidable', 'µs/reading', needed);
  found.add('of the edge node’s processor time', '%', (100 * needed) / edge);
  found.add('of the processor time of edge node, gateways, ledger and chaincode', '%', (100 * needed) / all);
  return {
    name: 'share',
    title: 'Share of the work that cannot be saved, end to end through one edge node',
    figures: found.figures(),
    notes: ['one Ed25519 verification, two SHA-256 and one row of a group commit, processor time as measured above'],
  };
}

function sum(values: readonly (number | null)[]): number | null {
  return values.reduce((total, value) => (total === null || value === null ? null : total + value), 0);
}
