import type { Context, Handler } from 'hono';
import type { AppEnv } from '../../http/app-context.ts';
import { epcisLimits } from '../limits.ts';
import { cbvVersion, epcisVersion } from './negotiate.ts';

/** Headers that name what this interface speaks. */
export const versionHeaders = { 'GS1-EPCIS-Version': epcisVersion, 'GS1-CBV-Version': cbvVersion } as const;

/** The capabilities of the capture interface. */
const captureHeaders = {
  'GS1-EPCIS-Capture-Limit': String(epcisLimits.maxCaptureEvents),
  'GS1-EPCIS-Capture-File-Size-Limit': String(epcisLimits.maxCaptureBytes),
  'GS1-Capture-Error-Behaviour': 'all',
} as const;

/**
 * Answers OPTIONS with what an endpoint can do, to anybody: it says nothing of the data.
 * @param methods besides OPTIONS
 */
export function discovery(methods: readonly string[], capture = false): Handler<AppEnv> {
  return (c: Context<AppEnv>) =>
    c.body(null, 204, {
      Allow: ['OPTIONS', ...methods].join(', '),
      ...versionHeaders,
      'GS1-EPCIS-Min': epcisVersion,
      'GS1-EPCIS-Max': epcisVersion,
      'GS1-CBV-Min': cbvVersion,
      'GS1-CBV-Max': cbvVersion,
      'GS1-EPC-Format': 'No_Preference, Always_GS1_Digital_Link, Always_EPC_URN, Never_Translates',
      'GS1-Vendor-Version': '1',
      ...(capture ? captureHeaders : {}),
    });
}
