import { describe, expect, test } from 'vitest';
import type { LabelDocument, LabelObject } from '../shared/contract';
import { UndoStack } from '../shared/undo';
import { Labels, mergeChanges, type Change } from '../radiology/model/labels';
import { paintCapsule } from '../radiology/model/raster';

const frame = { sopInstanceUid: '1.2.3', frame: 1, rows: 16, columns: 16 };
const object: LabelObject = {
  id: 'o1', class: 'finding', type: 'length', sopInstanceUid: '1.2.3', frame: 1, points: [[1, 2], [4, 6]],
  frameOfReferenceUid: '1.9', points3d: [[0, 0, 0], [3, 4, 0]], measurement: { lengthMm: 5 },
};

function painted(): Labels {
  const labels = new Labels('schema-1');
  const mask = labels.ensureMask('kidney', frame);
  paintCapsule(mask.bitmap, [8, 8], [8, 8], 3, true);
  labels.touchMask(mask);
  labels.objects.set(object.id, object);
  labels.answers.set('quality', { value: 'good', uncertain: true, cannotAssess: false });
  return labels;
}

/** What the server answers: masks with blobs, without runs. */
function answered(document: LabelDocument): LabelDocument {
  return { ...document, masks: document.masks.map(({ runs, ...rest }) => ({ ...rest, blob: rest.blob ?? `blob-${String(runs?.length)}` })) };
}

describe('a document', () => {
  test('comes back as it was sent', () => {
    const sent = painted().document(true);
    const again = new Labels('schema-1');
    again.load(sent);
    expect(again.document(true)).toEqual(sent);
    expect(sent.masks[0]).toMatchObject({ class: 'kidney', sopInstanceUid: '1.2.3', frame: 1, rows: 16, columns: 16 });
  });

  test('names the blob of a mask that has not changed and sends the runs of one that has', () => {
    const labels = painted();
    labels.acknowledge(answered(labels.document(false)), labels.versions());
    expect(labels.document(false).masks[0]).toHaveProperty('blob');
    expect(labels.document(false).masks[0]).not.toHaveProperty('runs');
    const mask = labels.ensureMask('kidney', frame);
    mask.bitmap.set(0, 0, true);
    labels.touchMask(mask);
    expect(labels.document(false).masks[0]).toHaveProperty('runs');
    expect(labels.document(false).masks[0]).not.toHaveProperty('blob');
  });

  test('does not take a blob for a mask that was painted while the request was on its way', () => {
    const labels = painted();
    const sent = labels.versions();
    const document = labels.document(false);
    const mask = labels.ensureMask('kidney', frame);
    mask.bitmap.set(0, 0, true);
    labels.touchMask(mask);
    labels.acknowledge(answered(document), sent);
    expect(labels.document(false).masks[0]).toHaveProperty('runs');
  });

  test('has no entry for a mask that was erased completely', () => {
    const labels = painted();
    const mask = labels.ensureMask('kidney', frame);
    paintCapsule(mask.bitmap, [8, 8], [8, 8], 10, false);
    labels.touchMask(mask);
    expect(labels.document(true).masks).toEqual([]);
  });

  test('keeps classes that lie over each other', () => {
    const labels = painted();
    const other = labels.ensureMask('cyst', frame);
    paintCapsule(other.bitmap, [8, 8], [8, 8], 2, true);
    labels.touchMask(other);
    expect(labels.document(true).masks.map((m) => m.class)).toEqual(['kidney', 'cyst']);
    expect(labels.mask('kidney', '1.2.3', 1)?.bitmap.get(8, 8)).toBe(true);
  });
});

describe('the history', () => {
  const history = (labels: Labels): UndoStack<Change> => new UndoStack<Change>(labels.apply, mergeChanges);

  test('takes back and repeats a stroke, an object and an answer', () => {
    const labels = new Labels('schema-1');
    const undo = history(labels);
    const mask = labels.ensureMask('kidney', frame);
    const before = mask.bitmap.bits.slice();
    paintCapsule(mask.bitmap, [8, 8], [8, 8], 3, true);
    undo.record([{ kind: 'mask', class: 'kidney', frame, before, after: mask.bitmap.bits.slice() }]);
    undo.perform([{ kind: 'object', before: null, after: object }]);
    undo.perform([{ kind: 'answer', question: 'q', before: null, after: { value: 1, uncertain: false, cannotAssess: false } }]);
    const whole = labels.document(true);
    while (undo.undo()) { /* back to the beginning */ }
    expect(labels.document(true)).toEqual({ schemaVersion: 'schema-1', masks: [], objects: [], answers: {} });
    while (undo.redo()) { /* forward to the end */ }
    expect(labels.document(true)).toEqual(whole);
  });

  test('makes typing in one field one step', () => {
    const labels = new Labels('schema-1');
    const undo = history(labels);
    let before: Change & { kind: 'answer' } = { kind: 'answer', question: 'note', before: null, after: null };
    for (const text of ['a', 'ab', 'abc']) {
      before = { kind: 'answer', question: 'note', before: before.after, after: { value: text, uncertain: false, cannotAssess: false } };
      undo.perform([before], 'answer:note');
    }
    undo.undo();
    expect(labels.answers.has('note')).toBe(false);
    undo.redo();
    expect(labels.answers.get('note')?.value).toBe('abc');
  });

  test('forgets what was taken back once something new is done', () => {
    const labels = new Labels('schema-1');
    const undo = history(labels);
    undo.perform([{ kind: 'object', before: null, after: object }]);
    undo.undo();
    undo.perform([{ kind: 'object', before: null, after: { ...object, id: 'o2' } }]);
    expect(undo.canRedo).toBe(false);
  });
});
