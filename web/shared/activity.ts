/** Milliseconds of the page's own clock, which only runs forward. */
export interface Stretch {
  from: number;
  to: number;
}

export interface ActivityOptions {
  now: () => number;
  /** Rejects when the report was not taken; what was told then is told again with the next. */
  send: (now: number, stretches: Stretch[]) => Promise<void>;
  /** So long after the last input a person still counts as looking. */
  idleMs?: number;
  reportMs?: number;
}

/** The server takes no more in one report. */
const mostStretches = 500;

/**
 * Measures how long somebody really works: from an input of pointer or keyboard until a minute without one, and only while
 * the page is seen. Tells the server in short reports, which also keep the reservation.
 */
export class ActivityMeter {
  private start: number | null = null;
  private lastInput = 0;
  private told: Stretch[] = [];
  private timer: ReturnType<typeof setInterval> | null;
  private running: Promise<void> | null = null;

  constructor(private readonly options: ActivityOptions) {
    this.timer = setInterval(() => void this.report(), options.reportMs ?? 20_000);
  }

  /** A hand moved. */
  input(): void {
    const now = this.options.now();
    this.rest(now);
    this.start ??= now;
    this.lastInput = now;
  }

  /** The page is no longer seen. */
  hide(): void {
    this.close(this.options.now());
    void this.report();
  }

  /** Tells what is left and stops; late answers are nobody's business any more. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.close(this.options.now());
    await this.running?.catch(() => undefined);
    await this.report();
  }

  /** One report at a time; without a stretch there is nothing to tell. */
  report(): Promise<void> {
    this.running ??= this.send().finally(() => { this.running = null; });
    return this.running;
  }

  private async send(): Promise<void> {
    const now = this.options.now();
    this.rest(now);
    if (this.start !== null && now > this.start) {
      this.keep({ from: this.start, to: now });
      this.start = now;
    }
    if (this.told.length === 0) return;
    const sent = this.told;
    this.told = [];
    try {
      await this.options.send(now, sent);
    } catch {
      this.told = [...sent, ...this.told].slice(-mostStretches);
    }
  }

  /** Whoever has not moved for a minute has stopped a minute after the last move. */
  private rest(now: number): void {
    const end = this.lastInput + (this.options.idleMs ?? 60_000);
    if (this.start !== null && now > end) this.close(end);
  }

  private close(at: number): void {
    if (this.start === null) return;
    const end = Math.min(at, this.lastInput + (this.options.idleMs ?? 60_000));
    if (end > this.start) this.keep({ from: this.start, to: end });
    this.start = null;
  }

  private keep(stretch: Stretch): void {
    const last = this.told.at(-1);
    if (last?.to === stretch.from) last.to = stretch.to;
    else this.told.push(stretch);
    this.told = this.told.slice(-mostStretches);
  }
}

/** Feeds the meter from the page; gives what takes the listeners off. */
export function listenForActivity(meter: ActivityMeter, page: Document = document): () => void {
  const inputs = ['pointerdown', 'pointermove', 'wheel', 'keydown'] as const;
  const onInput = (): void => { if (page.visibilityState === 'visible') meter.input(); };
  const onVisibility = (): void => { if (page.visibilityState === 'hidden') meter.hide(); };
  for (const name of inputs) page.addEventListener(name, onInput, { passive: true, capture: true });
  page.addEventListener('visibilitychange', onVisibility);
  return () => {
    for (const name of inputs) page.removeEventListener(name, onInput, { capture: true });
    page.removeEventListener('visibilitychange', onVisibility);
  };
}
