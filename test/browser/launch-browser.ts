import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { unpackChromium } from './unpack-chromium.ts';

/** What a test needs of a browser and no more: no sandbox (containers), no calls home, nothing kept. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const systemChromium = '/usr/bin/chromium';

/**
 * Starts a real Chromium with an empty profile, which `close()` removes again. Its executable is `CHROMIUM_PATH`, else
 * the system's, else the one that npm has brought (Linux on x64). Pages must be served from 127.0.0.1, since
 * `crypto.subtle` exists in secure contexts only.
 */
export async function launchBrowser(): Promise<Browser> {
  const { executablePath, env } = await findChromium();
  return chromium.launch({ executablePath, args: flags, headless: true, env: { ...process.env, ...env } });
}

interface Chromium {
  readonly executablePath: string;
  readonly env: Readonly<Record<string, string>>;
}

async function findChromium(): Promise<Chromium> {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROMIUM_PATH names ${named}, and there is no such file`);
    return { executablePath: named, env: {} };
  }
  if (existsSync(systemChromium)) return { executablePath: systemChromium, env: {} };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`no Chromium from npm for ${process.platform} on ${process.arch}: name one in CHROMIUM_PATH`);
  }
  return unpackChromium();
}
