import { measureAnchoring } from './anchoring-section.ts';
import type { BenchOptions } from './bench-options.ts';
import { measureBytes } from './bytes-section.ts';
import type { Section, SectionName } from './figures.ts';
import { measureIdle } from './idle-section.ts';
import { measureMqtt } from './mqtt-section.ts';
import { measureRecalls } from './recalls-section.ts';
import { measureTraceScale } from './trace-scale-section.ts';
import { measureTrace } from './trace-section.ts';
import { unavoidableShare } from './unavoidable-share.ts';
import { withStack } from './with-stack.ts';
import { measureWork } from './work-section.ts';

/** Runs the sections that are asked for, one after the other; `onSection` gets each as soon as it is done. */
export async function runBench(
  options: BenchOptions,
  onProgress: (line: string) => void,
  onSection: (section: Section) => void,
): Promise<void> {
  const sections: Section[] = [];
  const done = (section: Section) => {
    sections.push(section);
    onSection(section);
  };
  const wants = (name: SectionName) => options.only.includes(name);
  if (wants('work')) done(await measureWork(options, onProgress));
  if (wants('mqtt')) done(await measureMqtt(options, onProgress));
  if (wants('idle')) done(await measureIdle(options, onProgress));
  if (wants('trace-scale')) done(await measureTraceScale(options, onProgress));
  if (!wants('trace') && !wants('recalls') && !wants('bytes') && !wants('anchoring')) return;
  await withStack(options, onProgress, async (stack) => {
    if (wants('trace')) done(await measureTrace(stack, options, onProgress));
    if (wants('recalls')) done(await measureRecalls(stack, options, onProgress));
    if (wants('bytes')) done(await measureBytes(stack, options));
    // It stops the gateways, so it comes last.
    if (wants('anchoring')) done(await measureAnchoring(stack, options, onProgress));
  });
  const share = unavoidableShare(sections);
  if (share) done(share);
}
