/** The bindings as `cloudflare:workers` and `cloudflare:test` give them. */
declare namespace Cloudflare {
  interface Env extends ImportedEnv {}
}

type ImportedEnv = import('./env.ts').Env;
