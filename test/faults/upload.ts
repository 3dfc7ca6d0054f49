import {
  encodeUpload,
  problemSchema,
  type SealedBatch,
  type UploadResult,
  uploadResultSchema,
} from '@hopline/protocol';

/** How a gateway answers an upload of statements: with results, or with the code of a problem. */
export interface UploadAnswer {
  readonly status: number;
  readonly results?: UploadResult['results'];
  readonly code?: string;
}

/** Brings sealed batches to a gateway as an edge node does, with its token. */
export async function upload(url: string, token: string, batches: readonly SealedBatch[]): Promise<UploadAnswer> {
  const response = await fetch(`${url}/edge/v1/statements`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/cbor' },
    body: encodeUpload(batches),
  });
  const body: unknown = await response.json();
  if (response.status === 200) return { status: 200, results: uploadResultSchema.parse(body).results };
  return { status: response.status, code: problemSchema.parse(body).code };
}
