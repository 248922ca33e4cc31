import type { LabelDocument } from '../../shared/contract';
import { frameKey, type Change, type Labels, type MaskSlice } from './labels';
import { decodeRuns, fromBase64 } from './runs';

/**
 * Brings labels to a document that the server wrote, and gives what that changed. Masks that come without runs are those that both
 * already have.
 */
export function adopt(labels: Labels, classes: readonly string[], document: LabelDocument): Change[] {
  const changes: Change[] = [...maskChanges(labels, classes, document), ...objectChanges(labels, document), ...answerChanges(labels, document)];
  labels.apply(changes, 'do');
  const versions = labels.versions();
  labels.acknowledge(document, versions);
  return changes;
}

/** Whether the labels are as the changes found them, so that nothing has to be put back. */
export function areBefore(labels: Labels, changes: readonly Change[]): boolean {
  return changes.every((change) => {
    if (change.kind === 'mask') return same(labels.mask(change.class, change.frame.sopInstanceUid, change.frame.frame), change.before);
    if (change.kind === 'answer') return JSON.stringify(labels.answers.get(change.question) ?? null) === JSON.stringify(change.before);
    const id = change.before?.id ?? change.after?.id ?? '';
    return JSON.stringify(labels.objects.get(id) ?? null) === JSON.stringify(change.before);
  });
}

const isEmpty = (bits: Uint8Array | null): boolean => bits?.every((byte) => byte === 0) ?? true;

function same(slice: MaskSlice | null, bits: Uint8Array | null): boolean {
  const own = slice?.bitmap.bits ?? null;
  if (isEmpty(own) || isEmpty(bits)) return isEmpty(own) && isEmpty(bits);
  return own?.every((byte, i) => byte === bits?.[i]) ?? false;
}

function maskChanges(labels: Labels, classes: readonly string[], document: LabelDocument): Change[] {
  const standing = new Map(document.masks.map((entry) => [`${entry.class}|${frameKey(entry.sopInstanceUid, entry.frame)}`, entry]));
  const changes: Change[] = [];
  for (const classId of classes) {
    for (const [key, slice] of labels.masksOf(classId)) {
      if (!standing.has(`${classId}|${key}`) && !slice.bitmap.empty) changes.push({ kind: 'mask', class: classId, frame: frameOf(slice), before: slice.bitmap.bits.slice(), after: null });
    }
  }
  for (const entry of document.masks) {
    if (!entry.runs) continue;
    const own = labels.mask(entry.class, entry.sopInstanceUid, entry.frame);
    const after = decodeRuns(fromBase64(entry.runs), entry.rows, entry.columns).bits;
    if (!same(own, after)) changes.push({ kind: 'mask', class: entry.class, frame: frameOf(entry), before: own?.bitmap.bits.slice() ?? null, after });
  }
  return changes;
}

function objectChanges(labels: Labels, document: LabelDocument): Change[] {
  const standing = new Map(document.objects.map((o) => [o.id, o]));
  const gone: Change[] = [...labels.objects.values()].filter((o) => !standing.has(o.id)).map((o) => ({ kind: 'object', before: o, after: null }));
  const others: Change[] = document.objects.map((after) => ({ kind: 'object' as const, before: labels.objects.get(after.id) ?? null, after }))
    .filter((c) => JSON.stringify(c.before) !== JSON.stringify(c.after));
  return [...gone, ...others];
}

function answerChanges(labels: Labels, document: LabelDocument): Change[] {
  const questions = new Set([...labels.answers.keys(), ...Object.keys(document.answers)]);
  return [...questions].map((question) => ({ kind: 'answer' as const, question, before: labels.answers.get(question) ?? null, after: document.answers[question] ?? null }))
    .filter((c) => JSON.stringify(c.before) !== JSON.stringify(c.after));
}

const frameOf = ({ sopInstanceUid, frame, rows, columns }: { sopInstanceUid: string; frame: number; rows: number; columns: number }) =>
  ({ sopInstanceUid, frame, rows, columns });

/** Whether two sets of labels say the same; marks of origin do not matter. */
export function equal(a: Labels, b: Labels): boolean {
  const text = (labels: Labels): string => {
    const { masks, objects, answers } = labels.document(true);
    return JSON.stringify([
      masks.map(({ class: c, sopInstanceUid, frame, runs }) => [c, sopInstanceUid, frame, runs]).sort(),
      [...objects].sort((p, q) => (p.id < q.id ? -1 : 1)).map(({ id, class: c, type, points, attributes }) => [id, c, type, points, attributes ?? null]),
      Object.entries(answers).sort(([p], [q]) => (p < q ? -1 : 1)),
    ]);
  };
  return text(a) === text(b);
}

