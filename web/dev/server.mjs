// A server for looking at the workbenches without the portal: `npm run fixture -- FOLDER_WITH_ONE_SERIES [PORT]`.
// It keeps readings in memory and answers as /api/v1 and /dicomweb do.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFolder } from './dicom.mjs';
import { makeReadings } from './readings.mjs';
import { handleIntake } from './intake.mjs';

const [folder, port = '5199'] = process.argv.slice(2);
if (!folder) throw new Error('Give the folder of one DICOM series.');
const dist = fileURLToPath(new URL('../dist', import.meta.url));
const instances = readFolder(folder);
const series = { studyInstanceUid: '2.25.1', seriesInstanceUid: '2.25.2' };
const readings = makeReadings(series, instances);
const types = { '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.json': 'application/json', '.txt': 'text/plain' };
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self'";

createServer((request, response) => {
  route(request, response).catch((error) => {
    console.error(error);
    json(response, 500, { type: 'about:blank', title: String(error), status: 500 });
  });
}).listen(Number(port), '127.0.0.1', () => { console.log(`http://127.0.0.1:${port}/workbench/radiology/read-1`); });

async function route(request, response) {
  const url = new URL(request.url, 'http://fixture');
  const path = url.pathname;
  if (path.startsWith('/web/')) return file(response, path.slice(5));
  const page = /^\/workbench\/radiology\/(case\/)?([^/]+)$/.exec(path);
  if (page) return html(response, 'radiology', url, page[1] ? { caseId: page[2] } : { readingId: page[2] });
  if (path === '/intake') return html(response, 'upload', url, null);
  if (path.startsWith('/dicomweb/')) return dicomweb(response, path);
  const reading = /^\/api\/v1\/readings\/([^/]+)(?:\/(document|submit|accept|return|take|activity))?$/.exec(path);
  if (reading) return onReading(request, response, reading[1], reading[2]);
  if (path.startsWith('/api/v1/cases/')) return json(response, 200, { case: readings['read-1'].case, series: readings['read-1'].series });
  if (path.startsWith('/api/v1/batches/')) return handleIntake(request, response, url, json);
  return json(response, 404, problem('not-found', 'Not found', 404));
}

function html(response, entry, url, config) {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
  const chunk = manifest[`${entry}/main.ts`];
  const culture = url.searchParams.get('culture') ?? 'ru';
  const island = config && JSON.stringify({ ...config, culture, antiforgery: { header: 'X-CSRF-TOKEN', token: 'fixture' }, home: '/workbench/radiology/read-1' });
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy });
  response.end(`<!doctype html><html lang="${culture}" data-theme="${url.searchParams.get('theme') ?? 'dark'}"><head><meta charset="utf-8"><title>Pirogov</title>
${(chunk.css ?? []).map((css) => `<link rel="stylesheet" href="/web/${css}">`).join('')}
${island ? `<script type="application/json" id="workbench-config">${island}</script>` : ''}</head><body>
${island ? '' : `<div id="intake" data-batch="batch-1" data-csrf-header="X-CSRF-TOKEN" data-csrf-token="fixture" data-culture="${culture}"></div>`}
<script type="module" src="/web/${chunk.file}"></script></body></html>`);
}

function file(response, name) {
  const path = join(dist, normalize(name));
  if (!path.startsWith(dist) || !existsSync(path)) return json(response, 404, problem('not-found', 'Not found', 404));
  response.writeHead(200, { 'Content-Type': types[extname(path)] ?? 'application/octet-stream', 'Cache-Control': 'public, max-age=31536000, immutable' });
  response.end(readFileSync(path));
}

function dicomweb(response, path) {
  if (path.endsWith('/metadata')) return json(response, 200, instances.map((i) => i.json), 'application/dicom+json');
  const [, sop, frame] = /instances\/([^/]+)\/frames\/(\d+)$/.exec(path) ?? [];
  const instance = instances.find((i) => i.sop === sop);
  if (!instance) return json(response, 404, problem('not-found', 'Not found', 404));
  const boundary = 'frame-boundary';
  const type = `type="application/octet-stream"; transfer-syntax=${instance.transferSyntax}`;
  response.writeHead(200, { 'Content-Type': `multipart/related; ${type}; boundary=${boundary}` });
  response.write(`--${boundary}\r\nContent-Type: application/octet-stream; transfer-syntax=${instance.transferSyntax}\r\n\r\n`);
  response.write(instance.frame(Number(frame)));
  response.end(`\r\n--${boundary}--\r\n`);
}

async function onReading(request, response, id, verb) {
  const reading = readings[id];
  if (!reading) return json(response, 404, problem('no-such-reading', 'Прочтение не найдено', 404));
  if (!verb) return json(response, 200, reading);
  const body = JSON.parse(await text(request));
  if (verb === 'document') {
    if (body.baseRevision !== reading.revision) return json(response, 409, { ...problem('stale-revision', 'Прочтение уже сохранено в другом окне', 409), currentRevision: reading.revision });
    const known = new Map((reading.document?.masks ?? []).map((m) => [m.blob, m.runs]));
    const masks = body.document.masks.map((m) => {
      const runs = m.runs ?? known.get(m.blob);
      if (!runs) throw new Error('unknown blob');
      return { ...m, runs, blob: createHash('sha256').update(runs).digest('hex') };
    });
    reading.document = { ...body.document, masks };
    reading.revision++;
    return json(response, 200, { revision: reading.revision, savedAt: new Date().toISOString(), document: { ...reading.document, masks: masks.map(({ runs, ...rest }) => rest) } });
  }
  if (verb === 'activity') return json(response, 200, { activeSeconds: 0, reservedUntil: null });
  if (verb === 'submit' && body.revision !== reading.revision) return json(response, 409, problem('stale-revision', 'Устаревшая версия', 409));
  reading.state = verb === 'take' ? 'accepted' : verb === 'return' ? 'returned' : verb === 'accept' ? 'locked' : 'submitted';
  return json(response, 200, { state: reading.state, next: reading.next?.readingId ?? null });
}

function problem(name, title, status) {
  return { type: `https://pirogov.example/problems/${name}`, title, status };
}

function json(response, status, body, type = status < 400 ? 'application/json' : 'application/problem+json') {
  response.writeHead(status, { 'Content-Type': type });
  response.end(JSON.stringify(body));
}

async function text(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
