import {
  deviceUrnSchema,
  nodeIdSchema,
  organisationRecordSchema,
  organisationSchema,
  productSchema,
  revocationSchema,
  signerSchema,
  siteSchema,
  toBase64Url,
  transactions,
} from '@hopline/protocol';
import { Hono } from 'hono';
import { z } from 'zod';
import { createApiKey, listApiKeys, newKeySchema, revokeApiKey } from '../auth/api-keys.ts';
import { roleSchema } from '../auth/caller.ts';
import { createEnrolmentCode, newCodeSchema } from '../auth/enrolment-codes.ts';
import { createNodeToken, revokeNodeTokens } from '../auth/node-tokens.ts';
import { found } from '../gateway-error.ts';
import { enrolNode, enrolSigner } from '../intake/enrol.ts';
import { enrolDevice, enrolDeviceSchema, renewPassword } from '../intake/enrol-device.ts';
import { projected } from '../intake/projected.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { requires } from './authenticate.ts';
import { httpLimits } from './limits.ts';
import { parseRequest } from './problem-response.ts';
import { readJson } from './read-body.ts';
import { route } from './route.ts';

const doneSchema = z.object({ transactionId: z.string(), block: z.int() });
const organisationBody = organisationSchema.omit({ mspId: true, registryKey: true, gatewayKey: true });
const siteBody = siteSchema.omit({ gln: true, mspId: true });
const productBody = productSchema.omit({ gtin: true, mspId: true });
const proofBody = z.strictObject({ proof: z.string().min(1).max(4_096) });
const signerBody = z.strictObject({ proof: proofBody.shape.proof, signer: signerSchema.omit({ mspId: true }) });
const tokenSchema = z.object({ node: z.string(), token: z.string(), expiresMs: z.int() });
const updateBody = transactions['registry:UpdateDevice'].omit({ device: true });
const keyInfoSchema = z.object({
  id: z.string(),
  name: z.string(),
  roles: z.array(roleSchema),
  createdMs: z.int(),
  expiresMs: z.int(),
  revokedMs: z.int().nullable(),
});

/** The registry, enrolment and keys: for administrators. Each answer comes after commit and projection. */
export function adminRoutes(app: AppContext): Hono<AppEnv> {
  const { ledger, store, mspId } = app;
  const entropy = () => ({ nowMs: app.clock.now(), randomBytes: app.randomBytes });
  const submit: AppContext['ledger']['submit'] = async (name, input) => {
    const committed = await ledger.submit(name, input);
    await projected(app.projection, app.clock, committed);
    return committed;
  };
  const done = ({ transactionId, block }: { transactionId: string; block: number }) => ({ transactionId, block });
  const json = <S extends z.ZodType>(c: Parameters<typeof readJson>[0], schema: S) =>
    readJson(c, schema, httpLimits.maxJsonBytes);
  const admin = requires('administer');
  const enrolment = { mspId, channel: app.channel, store, submit, entropy };
  return new Hono<AppEnv>()
    .get(
      '/organisation',
      route({ summary: 'The organisation as it is on the ledger', tag: 'admin', answer: organisationRecordSchema }),
      requires('read'),
      async (c) => {
        const [row] = await store.query<{ record: unknown }>('select record from organisations where msp_id = $1', [
          mspId,
        ]);
        return c.json(organisationRecordSchema.parse(found(row, 'the organisation', { mspId }).record));
      },
    )
    .put(
      '/organisation',
      route({
        summary: 'Name and company prefixes of the organisation',
        tag: 'admin',
        body: organisationBody,
        answer: doneSchema,
      }),
      admin,
      async (c) => {
        const body = await json(c, organisationBody);
        const organisation = {
          mspId,
          ...body,
          registryKey: toBase64Url(app.keys.registry.publicKey),
          gatewayKey: toBase64Url(app.keys.gateway.publicKey),
        };
        return c.json(done(await submit('registry:PutOrganisation', { organisation })));
      },
    )
    .put(
      '/sites/:gln',
      route({ summary: 'Register or change a site', tag: 'admin', body: siteBody, answer: doneSchema }),
      admin,
      async (c) => {
        const site = {
          gln: parseRequest(siteSchema.shape.gln, c.req.param('gln')),
          mspId,
          ...(await json(c, siteBody)),
        };
        return c.json(done(await submit('registry:PutSite', { site })));
      },
    )
    .put(
      '/products/:gtin',
      route({ summary: 'Register or change a product', tag: 'admin', body: productBody, answer: doneSchema }),
      admin,
      async (c) => {
        const product = {
          gtin: parseRequest(productSchema.shape.gtin, c.req.param('gtin')),
          mspId,
          ...(await json(c, productBody)),
        };
        return c.json(done(await submit('registry:PutProduct', { product })));
      },
    )
    .post(
      '/enrolment-codes',
      route({
        summary: 'Give out a one-time code',
        tag: 'admin',
        body: newCodeSchema,
        answer: z.object({ code: z.string(), expiresMs: z.int() }),
        status: 201,
      }),
      admin,
      async (c) => {
        const code = await createEnrolmentCode(store, await json(c, newCodeSchema), entropy());
        return c.json(code, 201);
      },
    )
    .post(
      '/devices',
      route({
        summary: 'Enrol a device',
        tag: 'admin',
        body: enrolDeviceSchema,
        answer: z.looseObject({}),
        status: 201,
      }),
      admin,
      async (c) => {
        const request = await json(c, enrolDeviceSchema);
        return c.json(await enrolDevice({ ...enrolment, edges: app.edges }, request), 201);
      },
    )
    .patch(
      '/devices/:device',
      route({
        summary: 'Move a device, or change its assignments, rules, calibration or validity',
        tag: 'admin',
        body: updateBody,
        answer: doneSchema,
      }),
      admin,
      async (c) => {
        const changes = await json(c, updateBody);
        return c.json(
          done(
            await submit('registry:UpdateDevice', {
              device: parseRequest(deviceUrnSchema, c.req.param('device')),
              ...changes,
            }),
          ),
        );
      },
    )
    .post(
      '/devices/:device/password',
      route({
        summary: 'A new password for a device; the old one ends',
        tag: 'admin',
        answer: z.object({ password: z.string(), expiresMs: z.int() }),
        status: 201,
      }),
      admin,
      async (c) => {
        return c.json(await renewPassword(store, c.req.param('device'), entropy()), 201);
      },
    )
    .post(
      '/edge-nodes',
      route({
        summary: 'Enrol an edge node, or its new key',
        tag: 'admin',
        body: proofBody,
        answer: tokenSchema.extend(doneSchema.shape),
        status: 201,
      }),
      admin,
      async (c) => {
        const { proof } = await json(c, proofBody);
        return c.json(await enrolNode(enrolment, proof), 201);
      },
    )
    .post(
      '/node-tokens',
      route({
        summary: 'A token by which an edge node, of whatever organisation, speaks to this gateway',
        tag: 'admin',
        body: z.strictObject({ node: nodeIdSchema }),
        answer: tokenSchema,
        status: 201,
      }),
      admin,
      async (c) => {
        const { node } = await json(c, z.strictObject({ node: nodeIdSchema }));
        return c.json({ node, ...(await createNodeToken(store, node, entropy())) }, 201);
      },
    )
    .delete(
      '/node-tokens/:gln/:n',
      route({ summary: 'End all tokens of an edge node', tag: 'admin', answer: z.object({ revoked: z.int() }) }),
      admin,
      async (c) => {
        const node = parseRequest(nodeIdSchema, `${c.req.param('gln')}/${c.req.param('n')}`);
        return c.json({ revoked: await revokeNodeTokens(store, node, app.clock.now()) });
      },
    )
    .post(
      '/signers',
      route({ summary: 'Enrol a signer of events', tag: 'admin', body: signerBody, answer: doneSchema, status: 201 }),
      admin,
      async (c) => {
        const { proof, signer } = await json(c, signerBody);
        return c.json(done(await enrolSigner(enrolment, proof, { ...signer, mspId })), 201);
      },
    )
    .post(
      '/revocations',
      route({ summary: 'Revoke a key', tag: 'admin', body: revocationSchema, answer: doneSchema, status: 201 }),
      admin,
      async (c) => {
        return c.json(done(await submit('registry:Revoke', { revocation: await json(c, revocationSchema) })), 201);
      },
    )
    .get(
      '/keys',
      route({ summary: 'API keys', tag: 'admin', answer: z.object({ keys: z.array(keyInfoSchema) }) }),
      admin,
      async (c) => c.json({ keys: await listApiKeys(store) }),
    )
    .post(
      '/keys',
      route({
        summary: 'Make an API key',
        tag: 'admin',
        body: newKeySchema,
        answer: keyInfoSchema.extend({ key: z.string() }),
        status: 201,
      }),
      admin,
      async (c) => {
        return c.json(await createApiKey(store, await json(c, newKeySchema), entropy()), 201);
      },
    )
    .delete('/keys/:id', route({ summary: 'End an API key', tag: 'admin', answer: keyInfoSchema }), admin, async (c) =>
      c.json(await revokeApiKey(store, c.req.param('id'), app.clock.now())),
    );
}
