/** A value that tells its listeners when it is replaced. */
export class Signal<T> {
  private readonly listeners = new Set<(value: T) => void>();

  constructor(private current: T) {}

  get value(): T {
    return this.current;
  }

  set value(next: T) {
    if (Object.is(next, this.current)) return;
    this.current = next;
    this.notify();
  }

  /** Merges a part into an object value. */
  patch(part: Partial<T>): void {
    this.value = { ...this.current, ...part };
  }

  /** Replaces the value without a word, where several signals change as one; `notify` has to follow. */
  put(next: T): void {
    this.current = next;
  }

  notify(): void {
    for (const listener of [...this.listeners]) listener(this.current);
  }

  /** Calls back on every change (and at once when `now`); the result ends the subscription. */
  subscribe(listener: (value: T) => void, now = false): () => void {
    this.listeners.add(listener);
    if (now) listener(this.current);
    return () => this.listeners.delete(listener);
  }
}
