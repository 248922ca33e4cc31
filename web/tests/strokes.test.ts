import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Reading } from '../shared/contract';
import type { WorkbenchConfig } from '../shared/config';
import { Rest } from '../shared/rest';
import { shortcutTable, type Desk } from '../radiology/keys';
import type { Series, Slice } from '../radiology/model/series';
import { Toolbox } from '../radiology/tools/toolbox';
import { attachGestures, type Navigable } from '../radiology/view/gestures';
import { Workbench, type ToolId } from '../radiology/workbench';

vi.mock('@cornerstonejs/core', () => ({ cache: { getImage: () => undefined }, imageLoader: {}, metaData: {} }));
vi.mock('@cornerstonejs/dicom-image-loader', () => ({ default: {} }));
vi.stubGlobal('WheelEvent', { DOM_DELTA_PIXEL: 0 });

function series(uid: string): Series {
  return {
    studyInstanceUid: '1', seriesInstanceUid: uid, modality: 'CT', frameOfReferenceUid: '1.9', spacing: null,
    slices: Array.from({ length: 20 }, (_, i) => ({
      imageId: `${uid}/${String(i)}`, sopInstanceUid: `${uid}.${String(i)}`, frame: 1, rows: 64, columns: 64, along: i,
      plane: { position: [0, 0, i], rowCosines: [1, 0, 0], columnCosines: [0, 1, 0], rowSpacing: 1, columnSpacing: 1 },
    })),
  };
}

const reading = {
  id: 'r', state: 'inProgress', mode: 'label', sources: [], comments: [],
  schema: { id: 'schema-1', questions: [], classes: [{ id: 'liver', name: { ru: '', en: 'Liver' }, color: '#ff0000', geometries: ['mask', 'length', 'rectangle'], parent: null }] },
} as unknown as Reading;

let wb: Workbench;
let toolbox: Toolbox;
let onScreen: Slice | null;
let surface: EventTarget;
let stop: () => void;

/** A pane of 64 × 64 CSS pixels over slices of as many image pixels. */
beforeEach(() => {
  wb = new Workbench({ culture: 'en' } as WorkbenchConfig, new Rest('en', null), (key) => key, reading, { case: {}, series: [] } as never);
  wb.series.value = series('portal');
  wb.view.patch({ index: 10 });
  toolbox = new Toolbox(wb);
  onScreen = wb.slice;
  toolbox.attach({ get slice() { return onScreen; }, placement: () => ({ scaleX: 1, scaleY: 1, left: 0, top: 0 }) });
  surface = Object.assign(new EventTarget(), { setPointerCapture: () => undefined, clientWidth: 64, clientHeight: 64 });
  const pane = {
    frame: { surface, root: { focus: () => undefined }, at: (event: { x: number; y: number }) => [event.x, event.y] },
    scroll: (delta: number) => { wb.scroll(delta); }, hover: () => undefined, panBy: () => undefined, zoomAt: () => undefined,
  } as unknown as Navigable;
  stop = attachGestures(pane, wb, toolbox);
});

function pointer(name: string, x: number, y: number): void {
  surface.dispatchEvent(Object.assign(new Event(name), { x, y, button: 0, pointerId: 1, altKey: false, getCoalescedEvents: () => [] }));
}

function wheel(): void {
  surface.dispatchEvent(Object.assign(new Event('wheel'), { x: 0, y: 0, deltaX: 0, deltaY: 120, deltaMode: 0, ctrlKey: false, metaKey: false, shiftKey: false }));
}

function press(...ids: string[]): void {
  const table = shortcutTable({ wb, toolbox, session: {}, stage: {}, decisions: null } as unknown as Desk, () => undefined);
  for (const id of ids) table.find((s) => s.id === id)?.run();
}

describe('while the button is down', () => {
  test.each<ToolId>(['brush', 'length', 'rectangle', 'select'])('neither wheel nor keys turn slices under the tool %s', (tool) => {
    wb.tool.value = tool;
    pointer('pointerdown', 10, 10);
    wheel();
    press('slice-next', 'slice-back', 'slice-first', 'slice-last');
    expect(wb.frameBox('portal.3', 1, [1, 1, 9, 9])).toBe(false);
    expect(wb.view.value).toMatchObject({ index: 10, zoom: 1, center: null });
    pointer('pointermove', 30, 30);
    pointer('pointerup', 30, 30);
    wheel();
    expect(wb.view.value.index).toBe(11);
    press('slice-next');
    expect(wb.view.value.index).toBe(12);
  });

  test('a measurement is of the slice where it was begun, in the patient as well', () => {
    wb.tool.value = 'length';
    pointer('pointerdown', 10, 10);
    wheel();
    pointer('pointermove', 30, 10);
    pointer('pointerup', 30, 10);
    const [object] = wb.labels.objects.values();
    expect(object?.sopInstanceUid).toBe('portal.10');
    expect(object?.points3d?.map((p) => p[2])).toEqual([10, 10]);
  });

  test('the wheel turns slices under a tool that changes the view only', () => {
    wb.tool.value = 'window';
    pointer('pointerdown', 10, 10);
    wheel();
    expect(wb.view.value.index).toBe(11);
  });
});

describe('a stroke', () => {
  test('ends with the series it was begun on, and can be undone', () => {
    wb.tool.value = 'brush';
    pointer('pointerdown', 10, 10);
    wb.series.value = series('arterial');
    const before = wb.labels.pixelCount(onlyMask());
    pointer('pointermove', 50, 50);
    pointer('pointerup', 50, 50);
    expect(wb.labels.frames()).toHaveLength(1);
    expect(onlyMask().sopInstanceUid).toBe('portal.10');
    expect(wb.labels.pixelCount(onlyMask())).toBe(before);
    expect(wb.undo.canUndo).toBe(true);
  });

  test.each<[string, () => Slice | null]>([['another slice comes', () => wb.slice], ['a slice does not come', () => null]])('ends where it stands when %s that was called before it', (_, arrives) => {
    wb.tool.value = 'brush';
    wheel();
    pointer('pointerdown', 10, 10);
    const before = wb.labels.pixelCount(onlyMask());
    onScreen = arrives();
    pointer('pointermove', 50, 50);
    pointer('pointerup', 50, 50);
    expect([...wb.labels.masksOf('liver').values()].map((m) => m.sopInstanceUid)).toEqual(['portal.10']);
    expect(wb.labels.pixelCount(onlyMask())).toBe(before);
    expect(wb.undo.canUndo).toBe(true);
  });

  test('of an object is dropped when another slice comes under it', () => {
    wb.tool.value = 'rectangle';
    wheel();
    pointer('pointerdown', 10, 10);
    onScreen = wb.slice;
    pointer('pointermove', 50, 50);
    pointer('pointerup', 50, 50);
    expect(wb.labels.objects.size).toBe(0);
  });

  test.each([['its pane', () => { stop(); }], ['the pointer', () => { pointer('lostpointercapture', 0, 0); }]])('ends with %s, and slices turn again', (_, lose) => {
    wb.tool.value = 'brush';
    pointer('pointerdown', 10, 10);
    lose();
    expect(wb.undo.canUndo).toBe(true);
    press('slice-next');
    expect(wb.view.value.index).toBe(11);
  });
});

function onlyMask(): Parameters<Workbench['labels']['pixelCount']>[0] {
  const [mask] = wb.labels.masksOf('liver').values();
  if (!mask) throw new Error('Nothing is painted.');
  return mask;
}
