import { createHash } from 'node:crypto';

const received = new Map();
let numbered = 0;

/** The intake's answers: DICOM files are accepted once, anything else is refused with a reason. */
export async function handleIntake(request, response, url, json) {
  const verb = url.pathname.split('/').at(-1);
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  if (verb === 'known') return json(response, 200, { known: JSON.parse(body.toString()).files.map((f) => f.name).filter((name) => received.has(name)) });
  if (verb === 'close') return json(response, 200, { jobId: 'job-1' });
  const name = url.searchParams.get('name');
  const sha256 = createHash('sha256').update(body).digest('hex');
  numbered++;
  if (body.subarray(128, 132).toString('latin1') !== 'DICM') {
    return json(response, 200, { outcome: 'refused', number: numbered, reason: { type: 'https://pirogov.example/problems/not-dicom', title: 'Это не DICOM', detail: 'В файле нет признака DICM.' } });
  }
  const duplicate = [...received.values()].includes(sha256);
  received.set(name, sha256);
  return json(response, duplicate ? 200 : 201, { outcome: duplicate ? 'duplicate' : 'accepted', number: null });
}
