/**
 * XXH128 (xxHash 0.8, seed 0) of files longer than 240 bytes, by which the platform knows a file again. In plain numbers: the portal's policy
 * forbids WebAssembly, and 64-bit integers of the language cost ten times as much.
 */

const block = 1024;
const stripe = 64;
const slice = 1 << 20;
/** Shorter ones are hashed otherwise and are no images: they are simply sent. */
export const shortest = 241;

const secret = Uint8Array.from(
  ('b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c' +
    '3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364' +
    'eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e').match(/../g) ?? [],
  (byte) => parseInt(byte, 16),
);
const secretView = new DataView(secret.buffer);

const prime32 = 0x9e3779b1;
const primes = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n] as const;
const start = [0xc2b2ae3dn, primes[0], primes[1], primes[2], primes[3], 0x85ebca77n, primes[4], 0x9e3779b1n];
const mask = (1n << 64n) - 1n;

/** @returns 32 hexadecimal digits; null of a file too short for this. */
export async function contentHash(bytes: Blob): Promise<string | null> {
  if (bytes.size < shortest) return null;
  const state = new Lanes();
  const blocks = Math.floor((bytes.size - 1) / block);
  for (let at = 0; at < blocks * block; at += slice) {
    const part = new DataView(await bytes.slice(at, Math.min(at + slice, blocks * block)).arrayBuffer());
    for (let within = 0; within < part.byteLength; within += block) {
      for (let n = 0; n < block / stripe; n++) state.add(part, within + n * stripe, n * 8);
      state.scramble();
    }
  }
  const tail = new DataView(await bytes.slice(blocks * block).arrayBuffer());
  for (let n = 0; n < Math.floor((tail.byteLength - 1) / stripe); n++) state.add(tail, n * stripe, n * 8);
  state.add(new DataView(await bytes.slice(-stripe).arrayBuffer()), 0, 121);
  return state.digest(BigInt(bytes.size));
}

/** Eight 64-bit sums in halves. */
class Lanes {
  private readonly low = Uint32Array.from(start, (value) => Number(value & 0xffffffffn));
  private readonly high = Uint32Array.from(start, (value) => Number(value >> 32n));

  add(input: DataView, at: number, key: number): void {
    for (let lane = 0; lane < 8; lane++) {
      const low = input.getUint32(at + 8 * lane, true);
      const high = input.getUint32(at + 8 * lane + 4, true);
      this.plus(lane ^ 1, low, high);
      const a = (low ^ secretView.getUint32(key + 8 * lane, true)) >>> 0;
      const b = (high ^ secretView.getUint32(key + 8 * lane + 4, true)) >>> 0;
      this.plus(lane, Math.imul(a, b) >>> 0, highOf(a, b));
    }
  }

  /** Of each sum x: (x ^ (x >> 47) ^ key) · a prime. */
  scramble(): void {
    for (let lane = 0; lane < 8; lane++) {
      const [low, high] = [this.low[lane] ?? 0, this.high[lane] ?? 0];
      const a = (low ^ (high >>> 15) ^ secretView.getUint32(128 + 8 * lane, true)) >>> 0;
      const b = (high ^ secretView.getUint32(132 + 8 * lane, true)) >>> 0;
      this.low[lane] = Math.imul(a, prime32);
      this.high[lane] = (highOf(a, prime32) + Math.imul(b, prime32)) | 0;
    }
  }

  digest(length: bigint): string {
    const low = this.merge(11, (length * primes[0]) & mask);
    const high = this.merge(117, ~(length * primes[1]) & mask);
    return high.toString(16).padStart(16, '0') + low.toString(16).padStart(16, '0');
  }

  private plus(lane: number, low: number, high: number): void {
    const sum = (this.low[lane] ?? 0) + low;
    this.low[lane] = sum;
    this.high[lane] = (this.high[lane] ?? 0) + high + (sum > 0xffffffff ? 1 : 0);
  }

  private merge(key: number, from: bigint): bigint {
    let sum = from;
    for (let lane = 0; lane < 8; lane += 2) {
      const product = (this.whole(lane) ^ secretView.getBigUint64(key + 8 * lane, true)) * (this.whole(lane + 1) ^ secretView.getBigUint64(key + 8 * lane + 8, true));
      sum += (product & mask) ^ (product >> 64n);
    }
    sum &= mask;
    sum ^= sum >> 37n;
    sum = (sum * 0x165667919e3779f9n) & mask;
    return sum ^ (sum >> 32n);
  }

  private whole(lane: number): bigint {
    return (BigInt(this.high[lane] ?? 0) << 32n) | BigInt(this.low[lane] ?? 0);
  }
}

/** The upper half of a product of two 32-bit numbers: each partial product is exact in 53 bits. */
function highOf(a: number, b: number): number {
  const carried = (a >>> 16) * b + Math.floor(((a & 0xffff) * b) / 65536);
  return Math.floor(carried / 65536);
}
