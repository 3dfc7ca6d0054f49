import type { Handler, MiddlewareHandler } from 'hono';
import type { AppEnv } from '../../http/app-context.ts';
import { epcFormats } from '../answer/translate-identifiers.ts';
import { epcisLimits } from '../limits.ts';
import { describe } from './describe.ts';
import { cbvVersion, epcisVersion } from './negotiate.ts';

/** Headers that name what this interface speaks. */
export const versionHeaders = { 'GS1-EPCIS-Version': epcisVersion, 'GS1-CBV-Version': cbvVersion } as const;

/** The capabilities of the capture interface. */
export const captureHeaders = {
  'GS1-EPCIS-Capture-Limit': String(epcisLimits.maxCaptureEvents),
  'GS1-EPCIS-Capture-File-Size-Limit': String(epcisLimits.maxCaptureBytes),
  'GS1-Capture-Error-Behaviour': 'all',
} as const;

/**
 * Answers OPTIONS with what an endpoint can do, to anybody: it says nothing of the data.
 * @param methods besides OPTIONS
 * @param more what only this endpoint can do
 */
export function discovery(
  methods: readonly string[],
  more: Readonly<Record<string, string>> = {},
): readonly [MiddlewareHandler<AppEnv>, Handler<AppEnv>] {
  const headers = {
    Allow: ['OPTIONS', ...methods].join(', '),
    ...versionHeaders,
    'GS1-EPCIS-Min': epcisVersion,
    'GS1-EPCIS-Max': epcisVersion,
    'GS1-CBV-Min': cbvVersion,
    'GS1-CBV-Max': cbvVersion,
    'GS1-EPC-Format': epcFormats.join(', '),
    'GS1-Vendor-Version': '1',
    ...more,
  };
  return [
    describe({ summary: 'What can be done here, and in which versions', open: true, answerHeaders: headers }),
    (c) => c.body(null, 204, headers),
  ];
}
