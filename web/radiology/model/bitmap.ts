/** A mask of one frame, one bit a pixel, row by row from the top left, least significant bit first. */
export class Bitmap {
  readonly bits: Uint8Array;

  constructor(readonly rows: number, readonly columns: number, bits?: Uint8Array) {
    this.bits = bits ?? new Uint8Array(Math.ceil((rows * columns) / 8));
  }

  get(x: number, y: number): boolean {
    const at = y * this.columns + x;
    return ((this.bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
  }

  set(x: number, y: number, on: boolean): void {
    const at = y * this.columns + x;
    const byte = this.bits[at >> 3] ?? 0;
    this.bits[at >> 3] = on ? byte | (1 << (at & 7)) : byte & ~(1 << (at & 7));
  }

  clone(): Bitmap {
    return new Bitmap(this.rows, this.columns, this.bits.slice());
  }

  count(): number {
    let total = 0;
    for (let byte of this.bits) {
      for (; byte; byte &= byte - 1) total++;
    }
    return total;
  }

  get empty(): boolean {
    return this.bits.every((byte) => byte === 0);
  }
}
