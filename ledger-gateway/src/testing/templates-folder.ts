import { fileURLToPath } from 'node:url';

/** From where the databases of tests are copied, as those of `npm start` are. */
export const templatesFolder = fileURLToPath(
  new URL('../../../node_modules/.cache/hopline/databases', import.meta.url),
);
