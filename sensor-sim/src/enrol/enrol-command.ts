import { readFile } from 'node:fs/promises';
import { parseDeviceUrn, type SigningKey } from '@hopline/protocol';
import { gln13 } from '@hopline/protocol/gs1';
import type { Command, Values } from '../cli/command.ts';
import { urlOfNode } from '../cli/target.ts';
import { makeKeyFile, readKeyFile, writeNewSecret } from '../device/key-file.ts';
import { SimError } from '../error.ts';
import { enrolDevice } from './enrol.ts';
import { createGatewayClient, type GatewayClient } from './gateway-client.ts';
import { parseRule } from './parse-rule.ts';
import { defaultStateFile, readStartState, type StartState } from './start-state.ts';

const defaultGateway = 'http://127.0.0.1:8080';

export const enrolCommand: Command = {
  name: 'enrol',
  summary: 'connect a real device',
  description: `
Registers a device with an organisation, so that its readings count: makes a key (or takes one), proves that the device
holds it, writes it to the ledger's registry, and prints what the device needs to connect.

  npm run enrol -- --device urn:dev:ops:32473-probe-7 --site 9521002000115
  npm run enrol -- --device urn:dev:ops:32473-fridge-1 --site 9521002000115 --legacy

Next to a running "npm start" nothing else is needed; elsewhere --gateway, --msp and the API key of an administrator
(--key FILE, or HOPLINE_API_KEY in the environment).`,
  flags: [
    { name: 'device', value: 'URN', help: 'its name: a device URN (RFC 9039), as urn:dev:ops:32473-probe-7' },
    { name: 'site', value: 'GLN', help: 'where it delivers; for a tracker several, separated by commas' },
    { name: 'node', value: 'N', help: "which of the site's edge nodes (0)" },
    { name: 'kind', value: 'KIND', help: "probe, whose readings are the site's conditions, or tracker (probe)" },
    { name: 'legacy', help: 'a sensor that cannot sign: no key, and lesser assurance for ever' },
    { name: 'key-file', value: 'FILE', help: 'private key (JSON Web Key); made and written there if there is none' },
    {
      name: 'rule',
      value: 'RULE',
      help: 'alert at the edge: stream:min..max:minutes, as temperature:..5:30;\nseveral, separated by commas',
    },
    { name: 'epc', value: 'LINK', help: 'the device as an asset, a Digital Link, by which events name it' },
    { name: 'model', value: 'TEXT', help: 'what it is' },
    { name: 'gateway', value: 'URL', help: `the organisation's gateway (that of npm start, or ${defaultGateway})` },
    { name: 'msp', value: 'ID', help: "the organisation (the site's, where npm start runs)" },
    { name: 'key', value: 'FILE', help: 'file with the API key of an administrator (that of npm start)' },
    { name: 'out', value: 'FILE', help: 'write what the device needs as JSON too, for its owner only (mode 0600)' },
    { name: 'state', value: 'FILE', help: `what npm start wrote (${defaultStateFile})` },
  ],
  async run(values) {
    const device = parseDeviceUrn(values.required('device'));
    const nodes = nodesOf(values);
    const state = await readStartState(values.text('state') ?? defaultStateFile);
    const { mspId, gateway } = await chooseGateway(values, state, siteOf(nodes));
    const kind = values.has('legacy') ? 'legacy' : values.oneOf('kind', ['probe', 'tracker'], 'probe');
    const keyFile = values.has('legacy')
      ? null
      : (values.text('key-file') ?? `${device.replaceAll(':', '_')}.key.json`);
    const rules = values.text('rule')?.split(',').map(parseRule) ?? [];
    const key = keyFile === null ? null : await takeOrMakeKey(keyFile);
    const request = {
      device,
      mspId,
      kind,
      model: values.text('model'),
      place: kind === 'tracker' ? null : siteOf(nodes),
      epc: values.text('epc') ?? null,
      nodes,
      rules,
      key,
    } as const;
    const { password, expiresMs, url } = await enrolDevice(gateway, request, Date.now());
    const needs = {
      device,
      url: url ?? addressOf(nodes, state),
      username: device,
      password,
      keyFile,
      topic: `readings/${device}`,
    };
    const out = values.text('out');
    if (out !== undefined) await writeNewSecret(out, `${JSON.stringify(needs, null, 2)}\n`);
    console.log(tell(needs, expiresMs));
  },
};

/** What a device's owner has to enter. */
interface DeviceNeeds {
  readonly device: string;
  readonly url: string | undefined;
  readonly username: string;
  readonly password: string;
  readonly keyFile: string | null;
  readonly topic: string;
}

function tell(needs: DeviceNeeds, expiresMs: number | undefined): string {
  const until = expiresMs === undefined ? '' : `, and ends on ${new Date(expiresMs).toISOString().slice(0, 10)}`;
  return [
    `${needs.device} is enrolled. It needs:`,
    '',
    `  URL        ${needs.url ?? 'ws://<the edge node>/sites/{gln}/{n}/mqtt'}`,
    `  user name  ${needs.username}`,
    `  password   ${needs.password}`,
    `  topic      ${needs.topic}`,
    `  key file   ${needs.keyFile ?? 'none: it sends SenML-JSON, and its readings are session-authenticated'}`,
    '',
    `The password is shown this once${until}. The edge node knows the device as soon as it has refreshed its`,
    'copy of the registry (30 s by default). docs/devices.md shows how a device connects.',
  ].join('\n');
}

function nodesOf(values: Values): string[] {
  const n = values.count('node', 0, 0);
  return values
    .required('site')
    .split(',')
    .map((gln) => `${gln13(gln.trim())}/${n}`);
}

function siteOf(nodes: readonly string[]): string {
  return (nodes[0] ?? '').slice(0, 13);
}

async function chooseGateway(
  values: Values,
  state: StartState | null,
  gln: string,
): Promise<{ mspId: string; gateway: GatewayClient }> {
  const url = values.text('gateway');
  if (url !== undefined || state === null) {
    const mspId = values.text('msp');
    if (!mspId)
      throw new SimError('bad-argument', '--msp is needed where npm start does not run: who owns the device?');
    return { mspId, gateway: createGatewayClient(url ?? defaultGateway, await apiKey(values, undefined)) };
  }
  const mspId = values.text('msp') ?? (await ownerOf(values, state, gln));
  const chosen = state.gateways.find((gateway) => gateway.mspId === mspId);
  if (!chosen) throw new SimError('bad-argument', `npm start runs no gateway of ${mspId}`, { mspId });
  return { mspId, gateway: createGatewayClient(chosen.url, await apiKey(values, chosen.adminKeyFile)) };
}

async function ownerOf(values: Values, state: StartState, gln: string): Promise<string> {
  const known = state.edges.find(({ node }) => node.startsWith(`${gln}/`))?.mspId;
  if (known) return known;
  const [first] = state.gateways;
  if (!first) throw new SimError('bad-argument', 'npm start runs no gateway; give --gateway and --msp');
  const owner = await createGatewayClient(first.url, await apiKey(values, first.adminKeyFile)).ownerOf(gln);
  if (!owner) throw new SimError('bad-argument', `no site has the GLN ${gln}`, { gln });
  return owner;
}

/** From a file or the environment, never from the command line: other users of the machine see that. */
async function apiKey(values: Values, fallbackFile: string | undefined): Promise<string> {
  const file = values.text('key') ?? (process.env.HOPLINE_API_KEY ? undefined : fallbackFile);
  if (file === undefined) {
    const key = process.env.HOPLINE_API_KEY;
    if (key) return key;
    throw new SimError('bad-argument', "an administrator's API key is needed: --key FILE or HOPLINE_API_KEY");
  }
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new SimError('bad-file', `the API key in ${file} cannot be read`, { file }, { cause });
  }
}

async function takeOrMakeKey(path: string): Promise<SigningKey> {
  const exists = await readFile(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  return exists ? readKeyFile(path) : makeKeyFile(path);
}

function addressOf(nodes: readonly string[], state: StartState | null): string | undefined {
  const edge = state?.edges.find(({ node }) => node === nodes[0]);
  return edge && urlOfNode(`${edge.url.replace(/^http/, 'ws').replace(/\/$/, '')}/sites/{gln}/{n}/mqtt`)(edge.node);
}
