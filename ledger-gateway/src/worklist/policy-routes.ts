import { policyRulesSchema, policySchema, strictPolicy } from '@hopline/protocol';
import { Hono } from 'hono';
import { z } from 'zod';
import type { AppContext, AppEnv } from '../http/app-context.ts';
import { requires } from '../http/authenticate.ts';
import { httpLimits } from '../http/limits.ts';
import { readJson } from '../http/read-body.ts';
import { route } from '../http/route.ts';
import { projected } from '../intake/projected.ts';
import type { Queryable } from '../store/database.ts';

const policyAnswerSchema = z.object({
  ...policySchema.shape,
  /** Whether the organisation has put a policy on the ledger. Without one the strict policy counts. */
  recorded: z.boolean(),
});
const doneSchema = z.object({ transactionId: z.string(), block: z.int() });

/** How events on the organisation's goods are judged: refused or marked, rule by rule. */
export function policyRoutes(app: AppContext): Hono<AppEnv> {
  const { store, mspId } = app;
  return new Hono<AppEnv>()
    .get(
      '/policy',
      route({ summary: "The organisation's policy on the ledger", tag: 'admin', answer: policyAnswerSchema }),
      requires('read'),
      async (c) => c.json(await readPolicy(store, mspId)),
    )
    .put(
      '/policy',
      route({
        summary: 'Choose which rules refuse events and which mark them',
        tag: 'admin',
        body: policyRulesSchema,
        answer: doneSchema,
      }),
      requires('administer'),
      async (c) => {
        const rules = await readJson(c, policyRulesSchema, httpLimits.maxJsonBytes);
        const committed = await app.ledger.submit('registry:PutPolicy', { policy: { mspId, ...rules } });
        await projected(app.projection, app.clock, committed);
        return c.json({ transactionId: committed.transactionId, block: committed.block });
      },
    );
}

async function readPolicy(on: Queryable, mspId: string): Promise<z.infer<typeof policyAnswerSchema>> {
  const [row] = await on.query<{ record: unknown }>(
    `select record from state where kind = 'policy' and attributes[1] = $1`,
    [mspId],
  );
  if (!row) return { ...strictPolicy(mspId), recorded: false };
  return policyAnswerSchema.parse({ ...(row.record as object), recorded: true });
}
