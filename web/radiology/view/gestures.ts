import type { Point2 } from '../../shared/contract';
import type { Toolbox } from '../tools/toolbox';
import type { Workbench } from '../workbench';
import type { Frame } from './frame';

export interface Navigable {
  readonly frame: Frame;
  scroll(delta: number): void;
  panBy(dx: number, dy: number): void;
  zoomAt(factor: number, at: Point2): void;
  hover(at: Point2 | null): void;
  /** The left button with the select tool where nothing can be labelled (MPR: moves the crosshair). */
  pointAt?(at: Point2): void;
}

type Drag = 'window' | 'pan' | 'zoom' | 'point' | 'label';
const wheelStep = 60;

/** Left: the tool in hand; middle: pan; right: zoom; wheel: slices; Ctrl + wheel: zoom; Shift + wheel: brush size. */
export function attachGestures(pane: Navigable, wb: Workbench, toolbox: Toolbox | null): () => void {
  const { surface } = pane.frame;
  const stop = new AbortController();
  let drag: Drag | null = null;
  let last: Point2 = [0, 0];
  let wheel = 0;

  const begin = (event: PointerEvent): Drag | null => {
    if (event.button === 1) return 'pan';
    if (event.button === 2) return 'zoom';
    const tool = wb.tool.value;
    if (tool === 'window' || tool === 'pan' || tool === 'zoom') return tool;
    if (toolbox) return 'label';
    return pane.pointAt ? 'point' : 'window';
  };

  const on = <K extends keyof HTMLElementEventMap>(name: K, run: (event: HTMLElementEventMap[K]) => void, options: AddEventListenerOptions = {}): void => {
    surface.addEventListener(name, run, { ...options, signal: stop.signal });
  };

  on('pointerdown', (event) => {
    if (drag) return;
    pane.frame.root.focus({ preventScroll: true });
    event.preventDefault();
    last = pane.frame.at(event);
    drag = begin(event);
    surface.setPointerCapture(event.pointerId);
    wb.drawing ||= drag === 'label';
    if (drag === 'label') toolbox?.down(last, event);
    if (drag === 'point') pane.pointAt?.(last);
  });

  on('pointermove', (event) => {
    const at = pane.frame.at(event);
    const [dx, dy] = [at[0] - last[0], at[1] - last[1]];
    pane.hover(at);
    toolbox?.hover(at);
    if (drag === 'label') {
      for (const each of event.getCoalescedEvents()) toolbox?.move(pane.frame.at(each), event);
      toolbox?.move(at, event);
    } else if (drag === 'pan') pane.panBy(dx, dy);
    else if (drag === 'zoom') pane.zoomAt(Math.exp(-dy / 150), [surface.clientWidth / 2, surface.clientHeight / 2]);
    else if (drag === 'point') pane.pointAt?.(at);
    else if (drag === 'window') {
      const { center, width } = wb.view.value.window;
      const step = Math.max(0.5, width / 400);
      wb.setWindow({ width: width + dx * step, center: center + dy * step });
    }
    last = at;
  });

  const release = (endStroke: () => void): void => {
    const was = drag;
    drag = null;
    if (was !== 'label') return;
    wb.drawing = false;
    endStroke();
  };
  const end = (event: PointerEvent): void => { release(() => { toolbox?.up(pane.frame.at(event), event); }); };
  /** The button went up where the pane did not hear of it: behind a dialog, or when the pane itself is gone. */
  const lose = (): void => { release(() => { toolbox?.cancel(); }); };
  on('pointerup', end);
  on('pointercancel', end);
  on('lostpointercapture', lose);
  on('dblclick', () => {
    if (wb.tool.value !== 'window' && wb.tool.value !== 'pan' && wb.tool.value !== 'zoom') toolbox?.finish();
  });
  on('pointerleave', () => {
    pane.hover(null);
    toolbox?.hover(null);
  });
  on('wheel', (event) => {
    event.preventDefault();
    const delta = event.deltaY || event.deltaX;
    if (event.ctrlKey || event.metaKey) {
      pane.zoomAt(Math.exp(-delta / 400), pane.frame.at(event));
      return;
    }
    wheel += event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? delta : delta * wheelStep;
    const steps = Math.trunc(wheel / wheelStep) || (Math.abs(delta) >= 30 ? Math.sign(delta) : 0);
    if (steps === 0) return;
    wheel = 0;
    if (event.shiftKey) toolbox?.resizeBrush(-Math.sign(steps));
    else pane.scroll(Math.sign(steps));
  }, { passive: false });

  return () => {
    stop.abort();
    lose();
  };
}
