import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Disagreement, LabelDocument, LabelObject, ListedDisagreement } from '../shared/contract';
import type { Rest } from '../shared/rest';
import { adopt, areBefore, equal } from '../radiology/model/adopt';
import { Bitmap } from '../radiology/model/bitmap';
import { Disputes, parties } from '../radiology/model/disputes';
import { Findings } from '../radiology/model/findings';
import { Labels, markNow } from '../radiology/model/labels';
import { middleOf } from '../radiology/model/middle';
import { confirm, unconfirmed, unconfirmedClasses } from '../radiology/model/preLabels';
import { paintCapsule } from '../radiology/model/raster';

const frame = { sopInstanceUid: '1.2.3', frame: 1, rows: 16, columns: 16 };

function box(id: string, more: Partial<LabelObject> = {}): LabelObject {
  return {
    id, class: 'nodule', type: 'rectangle', sopInstanceUid: '1.2.3', frame: 1, points: [[1, 1], [3, 1], [3, 3], [1, 3]],
    frameOfReferenceUid: null, points3d: null, measurement: null, ...more,
  };
}

function painted(x: number, objects: LabelObject[] = []): Labels {
  const labels = new Labels('schema-1');
  const mask = labels.ensureMask('liver', frame);
  paintCapsule(mask.bitmap, [x, 8], [x, 8], 3, true);
  labels.touchMask(mask);
  for (const object of objects) labels.objects.set(object.id, object);
  return labels;
}

describe('a document that the server wrote', () => {
  const written = (): LabelDocument => painted(10, [box('taken')]).document(true);

  test('replaces pixels, objects and answers, and says what that changed', () => {
    const labels = painted(5, [box('mine')]);
    const changes = adopt(labels, ['liver', 'nodule'], { ...written(), answers: { quality: { value: 'good', uncertain: false, cannotAssess: false } } });
    expect(changes.map((c) => c.kind).sort()).toEqual(['answer', 'mask', 'object', 'object']);
    expect([...labels.objects.keys()]).toEqual(['taken']);
    expect(labels.answers.get('quality')?.value).toBe('good');
    expect(labels.mask('liver', '1.2.3', 1)?.bitmap.get(10, 8)).toBe(true);
    expect(labels.mask('liver', '1.2.3', 1)?.bitmap.get(5, 8)).toBe(false);
  });

  test('leaves masks alone that come by their hash, and takes those away that do not come at all', () => {
    const labels = painted(5);
    const [entry] = labels.document(true).masks;
    if (!entry) throw new Error('No mask.');
    expect(adopt(labels, ['liver'], { schemaVersion: 'schema-1', masks: [{ ...entry, runs: null, blob: 'b' }], objects: [], answers: {} })).toEqual([]);
    expect(adopt(labels, ['liver'], { schemaVersion: 'schema-1', masks: [], objects: [], answers: {} })).toHaveLength(1);
    expect(labels.document(true).masks).toEqual([]);
  });

  test('can be taken back exactly', () => {
    const labels = painted(5, [box('mine')]);
    const before = labels.document(true);
    const changes = adopt(labels, ['liver', 'nodule'], written());
    expect(areBefore(labels, changes)).toBe(false);
    labels.apply([...changes].reverse(), 'undo');
    expect(labels.document(true)).toEqual(before);
    expect(areBefore(labels, changes)).toBe(true);
  });

  test('two sets of labels are equal by what they say, whatever the order and the marks', () => {
    const [a, b] = [painted(5, [box('p'), box('q')]), painted(5, [box('q', { origin: 'model' }), box('p')])];
    expect(equal(a, b)).toBe(true);
    expect(equal(a, painted(6, [box('p'), box('q')]))).toBe(false);
  });
});

describe('disagreements', () => {
  const dispute = (id: string, decided = false): ListedDisagreement => ({
    disagreement: { id, kind: 'missing', class: 'nodule', question: null, object: `object-${id}`, geometry: 'rectangle', figure: 0.5, measure: 'votes', frames: 0, place: null,
      sources: [{ name: 'A', has: true, objects: ['x'], value: null, pixels: null }, { name: 'B', has: false, objects: [], value: null, pixels: null }] } satisfies Disagreement,
    decision: decided ? { choice: 'none', source: null, revision: 1, at: '' } : null,
  });
  const made = (...items: ListedDisagreement[]): Disputes => new Disputes({ id: 'r' }, { disagreements: items, total: items.length, decided: 0 });

  test('are walked through in both directions and around', () => {
    const disputes = made(dispute('1'), dispute('2'), dispute('3'));
    disputes.active.value = '3';
    expect(disputes.step(1)?.disagreement.id).toBe('1');
    disputes.active.value = '1';
    expect(disputes.step(-1)?.disagreement.id).toBe('3');
  });

  test('the next open one comes after a decision, wherever it stands', () => {
    const disputes = made(dispute('1'), dispute('2', true), dispute('3', true));
    disputes.active.value = '2';
    expect(disputes.nextOpen()?.disagreement.id).toBe('1');
    disputes.replace(dispute('1', true));
    expect(disputes.nextOpen()).toBeNull();
    expect([disputes.decided, disputes.undecided, disputes.count]).toEqual([3, 0, 3]);
  });

  test('an object drawn anew stands under the id of the disagreement, once', () => {
    const disputes = made(dispute('1'));
    disputes.active.value = '1';
    expect(disputes.ownId('nodule', () => false)).toBeNull();
    disputes.drawing.value = '1';
    expect(disputes.ownId('nodule', () => false)).toBe('object-1');
    expect(disputes.ownId('liver', () => false)).toBeNull();
    expect(disputes.ownId('nodule', () => true)).toBeNull();
  });

  test('beyond the first hundreds are asked for page by page, each once', async () => {
    const all = Array.from({ length: 620 }, (_, i) => dispute(String(i)));
    const disputes = new Disputes({ id: 'r' }, { disagreements: all.slice(0, 500), total: 620, decided: 0 });
    const get = vi.fn((url: string) => {
      const page = Number(/page=(\d+)/.exec(url)?.[1]);
      return Promise.resolve({ items: all.slice((page - 1) * 200, page * 200), total: 620 });
    });
    await disputes.loadRest({ get } as unknown as Rest);
    expect(disputes.items.value.map((d) => d.disagreement.id)).toEqual(all.map((d) => d.disagreement.id));
    expect(get).toHaveBeenCalledTimes(2);
  });

  test('tell who has it and who has not', () => {
    expect(parties(dispute('1').disagreement)).toEqual({ has: ['A'], lacks: ['B'] });
  });
});

describe('what was brought', () => {
  const brought = (): LabelDocument => {
    const { masks, ...rest } = painted(5, [box('m', { origin: 'model' })]).document(true);
    return { ...rest, masks: masks.map((m) => ({ ...m, origin: 'model' })) };
  };

  test('keeps its mark until it is changed, and needs to be confirmed until then', () => {
    const labels = new Labels('schema-1');
    labels.load(brought());
    expect(unconfirmed(labels)).toHaveLength(2);
    const mask = labels.mask('liver', '1.2.3', 1);
    if (!mask) throw new Error('No mask.');
    paintCapsule(mask.bitmap, [12, 12], [12, 12], 1, true);
    labels.touchMask(mask);
    expect(markNow(mask)).toBeNull();
    expect(labels.document(true).masks[0]).not.toHaveProperty('origin');
    expect(unconfirmed(labels).map((u) => u.object)).toEqual(['m']);
  });

  test('is sent with its confirmation', () => {
    const labels = new Labels('schema-1');
    labels.load(brought());
    confirm(labels, { class: 'liver' });
    confirm(labels, { object: 'm' });
    expect(unconfirmed(labels)).toEqual([]);
    expect(labels.document(true)).toMatchObject({ masks: [{ origin: 'model', confirmed: true }], objects: [{ origin: 'model', confirmed: true }] });
  });

  test('is looked for by its mark: no pixel of one’s own masks is read at a stroke, nor any beyond the first mask of a class', () => {
    const labels = painted(8);
    for (let at = 2; at <= 50; at++) {
      const mask = labels.ensureMask('liver', { ...frame, frame: at });
      mask.bitmap.set(1, 1, true);
      labels.touchMask(mask);
      if (at > 40) mask.mark = { version: mask.version, origin: 'model', confirmed: false };
    }
    const looks = vi.spyOn(Bitmap.prototype, 'empty', 'get');
    try {
      expect([...unconfirmedClasses(labels)]).toEqual(['liver']);
      expect(looks).toHaveBeenCalledTimes(1);
      confirm(labels, { class: 'liver' });
      expect([...unconfirmedClasses(labels), ...unconfirmed(labels)]).toEqual([]);
      expect(looks).toHaveBeenCalledTimes(1);
    } finally {
      looks.mockRestore();
    }
  });

  test('is not asked about where nothing of it is left', () => {
    const labels = painted(8);
    const mask = labels.mask('liver', '1.2.3', 1);
    if (!mask) throw new Error('No mask.');
    mask.bitmap = new Bitmap(16, 16);
    mask.mark = { version: mask.version, origin: 'model', confirmed: false };
    expect([...unconfirmedClasses(labels), ...unconfirmed(labels)]).toEqual([]);
  });

  test('takes its mark back when the server says that the pixels are as they were shown', () => {
    const labels = new Labels('schema-1');
    labels.load(brought());
    const mask = labels.mask('liver', '1.2.3', 1);
    if (!mask) throw new Error('No mask.');
    labels.touchMask(mask);
    expect(markNow(mask)).toBeNull();
    labels.acknowledge({ ...brought(), masks: brought().masks.map((m) => ({ ...m, runs: null, blob: 'b' })) }, labels.versions());
    expect(markNow(mask)?.origin).toBe('model');
  });
});

describe('findings of a model', () => {
  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal('sessionStorage', { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v) });
  });

  test('are taken over one by one: pixels are added to one\'s own, an object comes in confirmed', () => {
    const document = painted(10, [box('m', { origin: 'model' })]).document(true);
    const [findings, own] = [new Findings('r', document), painted(5)];
    expect(findings.waiting().map((f) => f.id)).toEqual(['mask:liver', 'm']);
    for (const finding of findings.waiting()) own.apply(findings.changes(finding, own), 'do');
    const pixels = own.mask('liver', '1.2.3', 1)?.bitmap;
    expect([pixels?.get(5, 8), pixels?.get(10, 8)]).toEqual([true, true]);
    expect(own.objects.get('m')).toMatchObject({ origin: 'model', confirmed: true });
  });

  test('remember over a reload what was said of them', () => {
    const document = painted(10, [box('m')]).document(true);
    new Findings('r', document).decide('m', 'dismissed');
    expect(new Findings('r', document).waiting().map((f) => f.id)).toEqual(['mask:liver']);
    expect(new Findings('other', document).waiting()).toHaveLength(2);
  });
});

test('the middle of an outline and of a mask is where a pin stands', () => {
  expect(middleOf(box('m').points)).toEqual([2, 2]);
  const mask = painted(8).mask('liver', '1.2.3', 1);
  const [x, y] = (mask && middleOf(mask.bitmap)) ?? [0, 0];
  expect([Math.round(x), Math.round(y)]).toEqual([8, 8]);
  expect(middleOf([])).toBeNull();
});
