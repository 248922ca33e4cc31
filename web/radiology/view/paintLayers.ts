import type { Disagreement, LabelObject } from '../../shared/contract';
import type { Labels, MaskSlice } from '../model/labels';
import type { Slice } from '../model/series';
import type { Pin, Workbench } from '../workbench';
import { letterColor } from './letters';
import { caption, maskBorder, paintMasks, paintObject, paintObjects, toCanvas, type Placement } from './paint';

/** Everything that lies over the image of a stack pane, from below to above. */
export function paintLayers(context: CanvasRenderingContext2D, place: Placement, wb: Workbench, labels: Labels, slice: Slice, pane: string): void {
  const visible = (id: string): boolean => wb.display.value[id]?.visible !== false;
  if (!wb.hideLabels.value) {
    paintMasks(context, place, wb, labels, slice);
    wb.heat?.paint(context, place, slice, visible);
    paintObjects(context, (pixel) => toCanvas(place, pixel), wb, labels, slice);
    if (pane === 'main') paintOthers(context, place, wb, slice);
    if (pane === 'main' && wb.findings) paintFindings(context, place, wb, slice);
  }
  paintDispute(context, place, wb, slice, pane);
  for (const pin of wb.pins.value) if (pin.sopInstanceUid === slice.sopInstanceUid && pin.frame === slice.frame) paintPin(context, place, pin, pin.key === wb.activePin.value);
}

/** The result under one's own reading, when both are looked at in one pane. */
function paintOthers(context: CanvasRenderingContext2D, place: Placement, wb: Workbench, slice: Slice): void {
  if (wb.mode !== 'result' || wb.layout.value !== 'stack') return;
  for (const source of wb.sources) outlines(context, place, wb, source.labels, slice, null, '#ffffff', [6, 4]);
}

/** Contours of a set of labels in one colour, whatever their classes. */
function outlines(
  context: CanvasRenderingContext2D, place: Placement, wb: Workbench, labels: Labels, slice: Slice, classId: string | null, color: string, dash: number[], only?: readonly string[],
): void {
  context.save();
  context.setLineDash(dash);
  for (const each of wb.classes) {
    if ((classId !== null && each.id !== classId) || wb.display.value[each.id]?.visible === false || only) continue;
    const mask = labels.mask(each.id, slice.sopInstanceUid, slice.frame);
    if (mask) strokeMask(context, place, mask, each.color, color, dash);
  }
  for (const object of labels.objects.values()) {
    if (!isHere(object, slice) || (classId !== null && object.class !== classId) || (only && !only.includes(object.id))) continue;
    paintObject(context, (pixel) => toCanvas(place, pixel), object, color, false, wb, dash);
  }
  context.restore();
}

function strokeMask(context: CanvasRenderingContext2D, place: Placement, mask: MaskSlice, own: string, color: string, dash: number[]): void {
  context.save();
  context.translate(place.left, place.top);
  context.scale(place.scaleX, place.scaleY);
  const border = maskBorder(mask, own);
  context.setLineDash([]);
  context.strokeStyle = 'rgba(0,0,0,.6)';
  context.lineWidth = 3.5 / place.scaleX;
  context.stroke(border);
  context.setLineDash(dash.map((d) => d / place.scaleX));
  context.strokeStyle = color;
  context.lineWidth = 1.75 / place.scaleX;
  context.stroke(border);
  context.restore();
}

const isHere = (object: LabelObject, slice: Slice): boolean => object.sopInstanceUid === slice.sopInstanceUid && object.frame === slice.frame;

/** The disagreement that is looked at: its frame in every pane, each reading's contour in its letter's colour. */
function paintDispute(context: CanvasRenderingContext2D, place: Placement, wb: Workbench, slice: Slice, pane: string): void {
  const dispute = wb.disputes?.current;
  if (dispute?.place?.sopInstanceUid !== slice.sopInstanceUid || dispute.place.frame === null) return;
  if (!wb.hideLabels.value) {
    for (const source of wb.sources) {
      if (pane === 'main' || pane === `source-${source.name}`) contour(context, place, wb, dispute, source, slice);
    }
  }
  if (dispute.place.box && dispute.place.frame === slice.frame) brackets(context, place, dispute.place.box);
}

function contour(context: CanvasRenderingContext2D, place: Placement, wb: Workbench, dispute: Disagreement, source: { name: string; labels: Labels }, slice: Slice): void {
  const theirs = dispute.sources.find((s) => s.name === source.name);
  const color = letterColor(source.name);
  if (dispute.geometry === 'mask') {
    const mask = dispute.class ? source.labels.mask(dispute.class, slice.sopInstanceUid, slice.frame) : null;
    if (mask) strokeMask(context, place, mask, wb.classOf(dispute.class)?.color ?? color, color, []);
    return;
  }
  if (theirs) outlines(context, place, wb, source.labels, slice, null, color, [], theirs.objects);
}

/** Corners around a box: a whole rectangle would be taken for a label. */
function brackets(context: CanvasRenderingContext2D, place: Placement, [x0 = 0, y0 = 0, x1 = 0, y1 = 0]: readonly number[]): void {
  const [left, top] = toCanvas(place, [x0, y0]);
  const [right, bottom] = toCanvas(place, [x1, y1]);
  const [l, t, r, b] = [left - 10, top - 10, right + 10, bottom + 10];
  const arm = Math.min(18, (r - l) / 3, (b - t) / 3);
  const path = new Path2D();
  for (const [x, y, dx, dy] of [[l, t, 1, 1], [r, t, -1, 1], [l, b, 1, -1], [r, b, -1, -1]] as const) {
    path.moveTo(x + dx * arm, y);
    path.lineTo(x, y);
    path.lineTo(x, y + dy * arm);
  }
  context.save();
  context.lineCap = 'round';
  for (const [color, width] of [['rgba(0,0,0,.7)', 4], ['#ffffff', 2]] as const) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke(path);
  }
  context.restore();
}

function paintFindings(context: CanvasRenderingContext2D, place: Placement, wb: Workbench, slice: Slice): void {
  const { findings } = wb;
  if (!findings) return;
  for (const finding of findings.waiting()) {
    const color = wb.classOf(finding.class)?.color ?? '#ffffff';
    const name = wb.t('workbench.findings.badge');
    for (const mask of finding.masks) {
      if (mask.sopInstanceUid !== slice.sopInstanceUid || mask.frame !== slice.frame) continue;
      strokeMask(context, place, mask, color, color, [5, 4]);
      const corner = findings.corner(mask);
      if (corner) caption(context, toCanvas(place, corner), name, color);
    }
    if (finding.object && isHere(finding.object, slice)) {
      paintObject(context, (pixel) => toCanvas(place, pixel), finding.object, color, finding.id === findings.active.value, wb, [5, 4]);
      const first = finding.object.points[0];
      if (first) caption(context, toCanvas(place, first), name, color);
    }
  }
}

function paintPin(context: CanvasRenderingContext2D, place: Placement, pin: Pin, active: boolean): void {
  const [x, y] = toCanvas(place, pin.at);
  const radius = active ? 13 : 11;
  const center = y - radius - 7;
  context.save();
  context.globalAlpha = pin.faded && !active ? 0.55 : 1;
  context.beginPath();
  context.arc(x, center, radius, Math.PI * 0.8, Math.PI * 0.2);
  context.lineTo(x, y);
  context.closePath();
  context.fillStyle = active ? '#ffd24a' : pin.own ? '#ff8a5c' : '#f4f0e6';
  context.strokeStyle = 'rgba(0,0,0,.8)';
  context.lineWidth = 2;
  context.stroke();
  context.fill();
  context.fillStyle = '#14181d';
  context.font = '700 12px "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(String(pin.number), x, center + 0.5);
  context.restore();
}
