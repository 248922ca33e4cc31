import type { Series, Slice } from '../model/series';

/** What puts frames on the screen: Cornerstone's stack viewport. */
export interface Screen {
  setStack(imageIds: string[], index: number): Promise<unknown>;
  setImageIdIndex(index: number): Promise<unknown>;
}

/**
 * The slice whose frame is on the screen: the one that is painted on. A frame that was asked for before another series
 * was opened may come after that series stands, and the screen drops it; so every opening has a number, and what was
 * waited for under an older one changes nothing.
 */
export class ShownSlice {
  private series: Series | null = null;
  private shown: Slice | null = null;
  /** The index whose frame is on the screen; none from an opening until its first frame has come. */
  private at = -1;
  private moving = false;
  private opening = 0;

  /** `wanted` is the index that is asked for, `loaded` says whether a slice's frame came, `changed` is called whenever the slice or its failure is another. */
  constructor(
    private readonly screen: Screen,
    private readonly wanted: () => number,
    private readonly loaded: (slice: Slice) => boolean,
    private readonly changed: () => void,
  ) {}

  /** None while a series is being opened, and where the frame did not load: nothing can be painted on the wrong slice. */
  get slice(): Slice | null {
    return this.shown;
  }

  get failed(): boolean {
    return this.at >= 0 && !this.shown;
  }

  /** Whether the frame that is asked for stands. */
  get stands(): boolean {
    return this.at === this.wanted();
  }

  /** Puts a series up; false when another was opened meanwhile. A first frame that cannot be read leaves the others within reach. */
  async open(series: Series): Promise<boolean> {
    const opening = ++this.opening;
    const index = this.wanted();
    this.series = series;
    this.shown = null;
    this.at = -1;
    this.moving = false;
    this.changed();
    if (series.slices.length > 0) await settled(async () => this.screen.setStack(series.slices.map((s) => s.imageId), index));
    if (opening !== this.opening) return false;
    this.arrive(series, index);
    void this.follow();
    return true;
  }

  /** One frame at a time, always the newest wish: what is drawn over the image belongs to the image on the screen. */
  async follow(): Promise<void> {
    const { series, opening } = this;
    if (!series || this.moving || this.at < 0) return;
    this.moving = true;
    while (!this.stands) {
      const index = this.wanted();
      await settled(async () => this.screen.setImageIdIndex(index));
      if (opening !== this.opening) return;
      this.arrive(series, index);
    }
    this.moving = false;
  }

  /** What still comes belongs to nobody. */
  close(): void {
    this.opening++;
    this.series = null;
    this.shown = null;
    this.at = -1;
  }

  private arrive(series: Series, index: number): void {
    const slice = series.slices[index];
    this.at = index;
    this.shown = slice && this.loaded(slice) ? slice : null;
    this.changed();
  }
}

/** Whether the frame came is asked of the cache: the screen tells a failure in one of three ways, by the way it draws. */
async function settled(ask: () => Promise<unknown>): Promise<void> {
  await ask().catch(() => undefined);
}
