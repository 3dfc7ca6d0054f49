import { runAll } from '@hopline/protocol/conformance';

/** A Worker that is posted the vectors and answers with what came out differently. */
export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await runAll((await request.json()) as Record<string, unknown>));
  },
};
