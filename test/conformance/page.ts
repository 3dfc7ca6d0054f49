import { runAll } from '@hopline/protocol/conformance';

/** The page's only script: the test calls it by this name. */
Object.assign(globalThis, { runAll });
