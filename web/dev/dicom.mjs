import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import dicomParser from 'dicom-parser';

const numeric = { US: 'uint16', SS: 'int16', UL: 'uint32', SL: 'int32', FL: 'float', FD: 'double' };
const binary = new Set(['OB', 'OW', 'OD', 'OF', 'OL', 'OV', 'UN', 'AT']);

/** Instances of a folder as DICOM JSON (PS3.18 F.2) with their frames as stored. */
export function readFolder(folder) {
  return readdirSync(folder).sort().map((name) => readInstance(readFileSync(join(folder, name)), name));
}

function readInstance(bytes, name) {
  const dataSet = dicomParser.parseDicom(bytes);
  const json = attributes(dataSet);
  const sop = dataSet.string('x00080018') || dataSet.string('x00020003') || name;
  json['00080018'] = { vr: 'UI', Value: [sop] };
  const transferSyntax = dataSet.string('x00020010');
  const element = dataSet.elements.x7fe00010;
  const count = Number(dataSet.string('x00280008') ?? 1);
  return { sop, json, transferSyntax, frame: (n) => frame(dataSet, element, n, count) };
}

function frame(dataSet, element, n, count) {
  if (element.encapsulatedPixelData) {
    const table = element.basicOffsetTable?.length ? undefined : dicomParser.createJPEGBasicOffsetTable(dataSet, element);
    return count === 1 && element.fragments.length === 1
      ? dicomParser.readEncapsulatedPixelDataFromFragments(dataSet, element, 0)
      : dicomParser.readEncapsulatedImageFrame(dataSet, element, n - 1, table);
  }
  const size = Math.floor(element.length / count);
  return dataSet.byteArray.subarray(element.dataOffset + (n - 1) * size, element.dataOffset + n * size);
}

function attributes(dataSet) {
  const json = {};
  for (const [key, element] of Object.entries(dataSet.elements)) {
    const tag = key.slice(1).toUpperCase();
    const { vr } = element;
    if (tag.startsWith('0002') || tag === '7FE00010' || !vr || binary.has(vr)) continue;
    if (vr === 'SQ') json[tag] = { vr, Value: (element.items ?? []).map((item) => attributes(item.dataSet)) };
    else json[tag] = { vr, ...values(dataSet, key, element) };
  }
  return json;
}

function values(dataSet, key, { vr, length }) {
  if (length === 0) return {};
  const read = numeric[vr];
  if (read) return { Value: Array.from({ length: dataSet.numStringValues(key) && length / sizeOf(vr) }, (_, i) => dataSet[read](key, i)) };
  const texts = ['LT', 'ST', 'UT'].includes(vr) ? [dataSet.text(key)] : (dataSet.string(key) ?? '').split('\\');
  if (vr === 'PN') return { Value: texts.map((t) => ({ Alphabetic: t })) };
  return { Value: vr === 'DS' || vr === 'IS' ? texts.map((t) => (t.trim() === '' ? null : Number(t))) : texts.map((t) => t.trim()) };
}

const sizeOf = (vr) => (vr === 'FD' ? 8 : vr === 'US' || vr === 'SS' ? 2 : 4);
