import { z } from 'zod';
import { isDeviceUrn, parseDeviceUrn, streamOf } from '../reading/index.ts';
import { codeOr } from './code-or.ts';
import { type Failure, same, sameLater } from './failure.ts';

const deviceUrnVectors = z.object({
  accepted: z.array(z.object({ name: z.string() })).min(1),
  refused: z.array(z.object({ about: z.string(), name: z.string() })).min(1),
  streams: z.array(z.object({ device: z.string(), record: z.string(), stream: z.string() })).min(1),
  foreign: z.array(z.object({ device: z.string(), record: z.string() })).min(1),
});

/**
 * Runs `vectors/device-urn.json` on this platform.
 * @param vectors the file's content, parsed
 * @returns what came out differently; empty where the platform conforms
 */
export async function runDeviceUrnVectors(vectors: unknown): Promise<Failure[]> {
  const { accepted, refused, streams, foreign } = deviceUrnVectors.parse(vectors);
  const failures = await Promise.all([
    ...refused.map(({ about, name }) =>
      sameLater(`${about}: ${name}`, 'device-urn-malformed', () => codeOr(() => parseDeviceUrn(name))),
    ),
    ...foreign.map(({ device, record }) =>
      sameLater(`${record} of ${device}`, 'senml-foreign-name', () => codeOr(() => streamOf(device, record))),
    ),
  ]);
  return [
    ...accepted.flatMap(({ name }) => same(name, true, () => isDeviceUrn(name))),
    ...streams.flatMap(({ device, record, stream }) => same(record, stream, () => streamOf(device, record))),
    ...failures.flat(),
  ];
}
