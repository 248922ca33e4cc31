import type { DisputedFrame, Paged } from '../../shared/contract';
import type { Rest } from '../../shared/rest';
import { Signal } from '../../shared/signal';
import type { Slice } from '../model/series';
import type { Placement } from './paint';

const pageSize = 200;
/** So many frames are ranked in the panel; a frame further down differs in a few pixels. */
const most = 1000;
/** Pictures kept in memory: a few megabytes. */
const kept = 60;

/** Where the readers' masks differ: frames ranked, and the server's picture to lay over each. */
export class HeatMaps {
  readonly on = new Signal(false);
  readonly frames = new Signal<readonly DisputedFrame[]>([]);
  readonly changed = new Signal(0);
  private readonly pictures = new Map<string, HTMLImageElement>();

  constructor(private readonly readingId: string) {}

  async load(rest: Rest): Promise<void> {
    const found: DisputedFrame[] = [];
    for (let page = 1; found.length < most; page++) {
      const { items, total } = await rest.get<Paged<DisputedFrame>>(`/api/v1/readings/${this.readingId}/heat-map?page=${String(page)}&size=${String(pageSize)}`);
      found.push(...items);
      if (items.length === 0 || found.length >= total) break;
    }
    this.frames.value = found;
  }

  paint(context: CanvasRenderingContext2D, place: Placement, slice: Slice, visible: (classId: string) => boolean): void {
    if (!this.on.value) return;
    for (const frame of this.frames.value) {
      if (frame.sopInstanceUid !== slice.sopInstanceUid || frame.frame !== slice.frame || !visible(frame.class)) continue;
      const picture = this.picture(frame);
      if (!picture.complete || picture.naturalWidth === 0) continue;
      context.save();
      context.globalAlpha = 0.8;
      context.imageSmoothingEnabled = false;
      context.drawImage(picture, place.left, place.top, slice.columns * place.scaleX, slice.rows * place.scaleY);
      context.restore();
    }
  }

  private picture({ class: id, sopInstanceUid, frame }: DisputedFrame): HTMLImageElement {
    const url = `/api/v1/readings/${this.readingId}/heat-map/${encodeURIComponent(id)}/${sopInstanceUid}/${String(frame)}`;
    const known = this.pictures.get(url);
    if (known) return known;
    const picture = new Image();
    picture.onload = () => { this.changed.value++; };
    picture.src = url;
    this.pictures.set(url, picture);
    const oldest = this.pictures.keys().next().value;
    if (this.pictures.size > kept && oldest) this.pictures.delete(oldest);
    return picture;
  }
}
