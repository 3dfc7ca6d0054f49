import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { SimError } from '../error.ts';

/** Where `npm start` writes what it runs; paths in it are relative to it. */
export const defaultStateFile = '.data/hopline.json';

const stateSchema = z.object({
  gateways: z.array(z.object({ mspId: z.string(), url: z.string(), adminKeyFile: z.string().optional() })),
  edges: z.array(z.object({ node: z.string(), url: z.string(), mspId: z.string().optional() })),
});
export type StartState = z.infer<typeof stateSchema>;

/** Reads what `npm start` runs; `null` where it has never run here. Throws `bad-file`. */
export async function readStartState(path: string): Promise<StartState | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new SimError('bad-file', `${path} cannot be read`, { path }, { cause: error });
  });
  if (text === null) return null;
  try {
    const state = stateSchema.parse(JSON.parse(text));
    const folder = dirname(path);
    return {
      ...state,
      gateways: state.gateways.map((gateway) => ({
        ...gateway,
        adminKeyFile: gateway.adminKeyFile && resolve(folder, gateway.adminKeyFile),
      })),
    };
  } catch (cause) {
    throw new SimError('bad-file', `${path} is not what npm start writes`, { path }, { cause });
  }
}
