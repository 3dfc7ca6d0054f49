import { z } from 'zod';
import { mspIdSchema } from './records.ts';

/** What a rule does to an event that breaks it: the whole document is refused, or it is applied and marked. */
export const toleranceSchema = z.enum(['refuse', 'flag']);
export type Tolerance = z.infer<typeof toleranceSchema>;

const rules = {
  /** Goods or units that are shipped, used, packed, unpacked or removed without being there, or enough of them. */
  notHeld: toleranceSchema,
  /**
   * A receipt of what nobody has shipped. `flag` is also the consent to others' receipts of units that the organisation
   * still holds.
   */
  notShipped: toleranceSchema,
  /** Transformations that give more mass than went into them, beyond the tolerance, or anything out of nothing. */
  massBalance: toleranceSchema,
  /** Amounts in a unit of measure that does not convert to the one in the books. */
  unitOfMeasure: toleranceSchema,
};

/** How an organisation wants events on its own goods to be judged. */
export const policySchema = z.strictObject({ mspId: mspIdSchema, ...rules });
export type Policy = z.infer<typeof policySchema>;

/** The rules of a policy, without whose it is. */
export const policyRulesSchema = z.strictObject(rules);
export type PolicyRules = z.infer<typeof policyRulesSchema>;

/** The policy of an organisation that has put none on the ledger: everything that breaks a rule is refused. */
export function strictPolicy(mspId: string): Policy {
  return { mspId, notHeld: 'refuse', notShipped: 'refuse', massBalance: 'refuse', unitOfMeasure: 'refuse' };
}

/** The policy that refuses nothing that can be marked instead. */
export function tolerantPolicy(mspId: string): Policy {
  return { mspId, notHeld: 'flag', notShipped: 'flag', massBalance: 'flag', unitOfMeasure: 'flag' };
}
