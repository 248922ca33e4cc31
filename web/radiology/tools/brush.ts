import type { Point2 } from '../../shared/contract';
import type { FrameSize, MaskSlice } from '../model/labels';
import { paintCapsule, type Gate } from '../model/raster';
import type { Slice } from '../model/series';
import type { Placement } from '../view/paint';
import type { Workbench } from '../workbench';
import type { Stroke, Tool } from './toolbox';

/** Paints or erases the active class; one press of the button is one step of the history. */
export class BrushTool implements Tool {
  private stroke: { mask: MaskSlice; before: Uint8Array; last: Point2; gate: Gate | undefined } | null = null;

  constructor(private readonly wb: Workbench, private readonly on: boolean) {}

  down({ slice, at }: Stroke): void {
    const labelClass = this.wb.classOf(this.wb.activeClass.value);
    if (!labelClass?.geometries.includes('mask')) return;
    const mask = this.wb.labels.ensureMask(labelClass.id, sizeOf(slice));
    this.stroke = { mask, before: mask.bitmap.bits.slice(), last: at, gate: this.wb.gate(slice) };
    this.paint(at);
  }

  move({ at }: Stroke): void {
    this.paint(at);
  }

  up({ at }: Stroke): void {
    this.paint(at);
    this.cancel();
  }

  /** Ends the stroke where it stands; what is painted stays, and can be undone. */
  cancel(): void {
    if (!this.stroke) return;
    const { mask, before } = this.stroke;
    this.stroke = null;
    const after = mask.bitmap.bits.slice();
    if (after.every((byte, i) => byte === before[i])) return;
    this.wb.undo.record([{ kind: 'mask', class: mask.class, frame: sizeOf(mask), before, after }]);
  }

  draw(context: CanvasRenderingContext2D, place: Placement, _slice: Slice, hover: Point2 | null): void {
    if (!hover) return;
    const color = this.on ? (this.wb.classOf(this.wb.activeClass.value)?.color ?? '#fff') : '#ffffff';
    for (const [stroke, width] of [['rgba(0,0,0,.7)', 3], [color, 1.25]] as const) {
      context.beginPath();
      context.ellipse(hover[0], hover[1], this.wb.brush.value.radius * place.scaleX, this.wb.brush.value.radius * place.scaleY, 0, 0, 2 * Math.PI);
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.setLineDash(this.on ? [] : [4, 3]);
      context.stroke();
      context.setLineDash([]);
    }
  }

  private paint(at: Point2): void {
    if (!this.stroke) return;
    const { mask, last, gate } = this.stroke;
    paintCapsule(mask.bitmap, last, at, this.wb.brush.value.radius, this.on, this.on ? gate : undefined);
    this.stroke.last = at;
    this.wb.labels.touchMask(mask);
  }
}

export const sizeOf = ({ sopInstanceUid, frame, rows, columns }: FrameSize): FrameSize => ({ sopInstanceUid, frame, rows, columns });
