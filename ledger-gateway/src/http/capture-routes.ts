import { captureResultSchema } from '@hopline/protocol';
import { Hono } from 'hono';
import { z } from 'zod';
import { captureDocument, captureStatement } from '../intake/capture.ts';
import { captureWarningSchema } from '../intake/capture-warning.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { requires } from './authenticate.ts';
import { httpLimits } from './limits.ts';
import { demandJson, mediaType, readBytes } from './read-body.ts';
import { route } from './route.ts';

const answerSchema = z.object({
  transactionId: z.string(),
  block: z.int(),
  ...captureResultSchema.shape,
  warnings: z.array(captureWarningSchema),
});

/** Capture of EPCIS events in the organisation's name, or of a statement that a registered signer has signed. */
export function captureRoutes(app: AppContext): Hono<AppEnv> {
  return new Hono<AppEnv>().post(
    '/capture',
    route({
      summary: 'Capture EPCIS events (JSON), or a signed capture statement (application/cose)',
      tag: 'capture',
      body: z.looseObject({}),
      answer: answerSchema,
    }),
    requires('capture'),
    async (c) => {
      const isSigned = mediaType(c) === 'application/cose';
      if (!isSigned) demandJson(c);
      const bytes = await readBytes(c, httpLimits.maxCaptureBytes);
      return c.json(await (isSigned ? captureStatement(app.capture, bytes) : captureDocument(app.capture, bytes)));
    },
  );
}
