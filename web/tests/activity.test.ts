import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ActivityMeter, type Stretch } from '../shared/activity';

function setUp(): { meter: ActivityMeter; reports: { now: number; stretches: Stretch[] }[]; network: { up: boolean }; clock: () => number } {
  const began = Date.now();
  const clock = (): number => Date.now() - began;
  const reports: { now: number; stretches: Stretch[] }[] = [];
  const network = { up: true };
  const meter = new ActivityMeter({
    now: clock,
    send: (now, stretches) => {
      if (!network.up) return Promise.reject(new Error('no network'));
      reports.push({ now, stretches: stretches.map((s) => ({ ...s })) });
      return Promise.resolve();
    },
  });
  return { meter, reports, network, clock };
}

const told = (reports: { stretches: Stretch[] }[]): number => reports.flatMap((r) => r.stretches).reduce((sum, s) => sum + s.to - s.from, 0);

describe('active time', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  test('nothing is told before a hand has moved', async () => {
    const { meter, reports } = setUp();
    await vi.advanceTimersByTimeAsync(300_000);
    await meter.stop();
    expect(reports).toEqual([]);
  });

  test('work is told in reports that touch and do not overlap', async () => {
    const { meter, reports } = setUp();
    for (let second = 0; second < 50; second += 5) {
      meter.input();
      await vi.advanceTimersByTimeAsync(5_000);
    }
    await meter.stop();
    expect(reports.flatMap((r) => r.stretches)).toEqual([{ from: 0, to: 20_000 }, { from: 20_000, to: 40_000 }, { from: 40_000, to: 50_000 }]);
    for (const { now, stretches } of reports) expect(stretches.every((s) => s.to <= now)).toBe(true);
  });

  test('a minute after the last input the time is no longer counted', async () => {
    const { meter, reports } = setUp();
    meter.input();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(told(reports)).toBe(60_000);
    meter.input();
    await vi.advanceTimersByTimeAsync(10_000);
    await meter.stop();
    expect(told(reports)).toBe(70_000);
  });

  test('a page that nobody sees counts nothing', async () => {
    const { meter, reports } = setUp();
    meter.input();
    await vi.advanceTimersByTimeAsync(7_000);
    meter.hide();
    await vi.advanceTimersByTimeAsync(120_000);
    await meter.stop();
    expect(told(reports)).toBe(7_000);
  });

  test('what a lost network kept back is told once it is there again, and once', async () => {
    const { meter, reports, network } = setUp();
    network.up = false;
    for (let second = 0; second < 60; second += 10) {
      meter.input();
      await vi.advanceTimersByTimeAsync(10_000);
    }
    network.up = true;
    meter.input();
    await vi.advanceTimersByTimeAsync(20_000);
    await meter.stop();
    expect(told(reports)).toBe(80_000);
  });
});
