import type { Point2 } from '../../shared/contract';
import { Signal } from '../../shared/signal';
import type { Slice } from '../model/series';
import { toImage, type Placement } from '../view/paint';
import type { ToolId, Workbench } from '../workbench';
import { BrushTool } from './brush';
import { SelectTool } from './select';
import { PinTool } from './pin';
import { LineTool, PointTool, PolygonTool, RectangleTool } from './shapes';

export interface Stroke {
  slice: Slice;
  /** Image pixels, corner origin. */
  at: Point2;
  /** CSS pixels in one image pixel. */
  scale: number;
}

export interface Tool {
  down(stroke: Stroke, event: PointerEvent): void;
  move(stroke: Stroke, event: PointerEvent): void;
  up(stroke: Stroke, event: PointerEvent): void;
  /** Double click or Enter. */
  finish?(): void;
  /** Esc, or another tool taken in hand. */
  cancel?(): void;
  draw?(context: CanvasRenderingContext2D, place: Placement, slice: Slice, hover: Point2 | null): void;
}

interface EditedPane {
  readonly slice: Slice | null;
  placement(): Placement | null;
}

/** The labelling tools of the one pane that is edited. */
export class Toolbox {
  /** Asks for a redraw. */
  readonly changed = new Signal(0);
  private pane: EditedPane | null = null;
  private at: Point2 | null = null;
  /** The slice on the screen when the button went down. */
  private began: Slice | null = null;
  private readonly tools: Partial<Record<ToolId, Tool>>;

  constructor(private readonly wb: Workbench) {
    const redraw = (): void => { this.changed.value++; };
    this.tools = {
      select: new SelectTool(wb, redraw),
      brush: new BrushTool(wb, true),
      eraser: new BrushTool(wb, false),
      polygon: new PolygonTool(wb, redraw),
      rectangle: new RectangleTool(wb, redraw),
      length: new LineTool(wb, redraw),
      point: new PointTool(wb),
      pin: new PinTool(wb),
    };
    wb.tool.subscribe(() => { this.cancel(); });
    // What was begun on a slice of one series does not go on over a slice of another.
    wb.series.subscribe(() => { this.cancel(); });
  }

  attach(pane: EditedPane): void {
    this.pane = pane;
  }

  down(at: Point2, event: PointerEvent): void {
    this.began = this.pane?.slice ?? null;
    this.with(at, (tool, stroke) => { tool.down(stroke, event); });
  }

  move(at: Point2, event: PointerEvent): void {
    if (this.goesOn()) this.with(at, (tool, stroke) => { tool.move(stroke, event); });
  }

  up(at: Point2, event: PointerEvent): void {
    if (this.goesOn()) this.with(at, (tool, stroke) => { tool.up(stroke, event); });
    this.began = null;
  }

  finish(): void {
    this.tools[this.wb.tool.value]?.finish?.();
  }

  cancel(): void {
    this.began = null;
    for (const tool of Object.values(this.tools)) tool.cancel?.();
    this.changed.value++;
  }

  hover(at: Point2 | null): void {
    this.at = at;
    this.changed.value++;
  }

  resizeBrush(steps: number): void {
    const { radius } = this.wb.brush.value;
    const step = radius < 5 ? 0.5 : radius < 20 ? 1 : 4;
    this.wb.brush.patch({ radius: Math.min(100, Math.max(0.5, radius + steps * step)) });
  }

  draw(context: CanvasRenderingContext2D, place: Placement, slice: Slice): void {
    if (!this.wb.editable) return;
    this.tools[this.wb.tool.value]?.draw?.(context, place, slice, this.at);
  }

  /** A slice that was called before the button went down may come while it is down: a stroke ends with the slice it was begun on. */
  private goesOn(): boolean {
    if (!this.began) return false;
    if (this.pane?.slice === this.began) return true;
    this.cancel();
    return false;
  }

  private with(at: Point2, run: (tool: Tool, stroke: Stroke) => void): void {
    const place = this.pane?.placement();
    const slice = this.pane?.slice;
    const tool = this.tools[this.wb.tool.value];
    if (!place || !slice || !tool || (!this.wb.editable && this.wb.tool.value !== 'select' && this.wb.tool.value !== 'pin')) return;
    run(tool, { slice, at: toImage(place, at), scale: place.scaleX });
  }
}
