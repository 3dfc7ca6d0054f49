import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** The gateway whose pages are looked at, and a key that may read. */
export interface ConsoleAddress {
  readonly url: string;
  readonly apiKey: string;
}

export interface OpenPage {
  readonly page: Page;
  /** What a page must never do: throw, or break the policy that it is served under. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** Stricter than any gateway serves the pages under: everything from their own origin, no styles or scripts in the page. */
const strictPolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Opens an empty page in a profile of its own, in a fixed language and zone, under the strictest policy. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'America/Los_Angeles',
    viewport: { width: 1280, height: 860 },
    ...options,
  });
  // The policy of a page is that of its document.
  await context.route('**', async (route) => {
    if (route.request().resourceType() !== 'document') return route.continue();
    const response = await route.fetch();
    const headers = { ...response.headers(), 'content-security-policy': strictPolicy };
    return route.fulfill({ response, headers });
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) faults.push(message.text());
  });
  const close = async () => {
    await context.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  };
  return { page, faults, close };
}

/** Signs in with the address's key, at the form that the page shows. */
export async function signIn(page: Page, { apiKey }: ConsoleAddress): Promise<void> {
  await page.getByLabel('API key').fill(apiKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** Whether the page is wider than its window, so that one has to scroll sideways. */
export function overflows(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}
