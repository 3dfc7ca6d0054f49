import { type LinkContext, linkTypeUri } from '@hopline/protocol/resolver';
import { html } from '../recall/html.ts';

/** No script, nothing from elsewhere: the page is its own bytes. */
export const linksetPagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A linkset for people who ask for it by name in a browser: the same links as in its JSON, level by level. */
export function linksetPage(contexts: readonly LinkContext[]): string {
  const [finest] = contexts;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Links of ${finest?.anchor ?? ''}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.55 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1.25rem; }
h1, h2 { line-height: 1.25; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.1rem; }
li { margin: 0.6rem 0; }
small { opacity: 0.75; overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>All links of this identifier</h1>
${contexts.map(
  ({ anchor, description, links, defaultLink }) => html`<section>
<h2>${description ?? anchor}</h2>
${description === null ? null : html`<small>${anchor}</small>`}
<ul>
${links.map(
  (link) => html`<li><a href="${link.href}">${link.title}</a>${link.href === defaultLink.href ? ' (default)' : ''}<br>
<small>${linkTypeUri(link.linkType)}, ${link.type}</small></li>`,
)}
</ul>
</section>`,
)}
</body>
</html>`.text;
}
