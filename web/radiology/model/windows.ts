export interface Window {
  center: number;
  width: number;
}

/** Usual CT windows in HU; the order is the order of Alt+1 … Alt+6. */
export const ctWindows = [
  { id: 'lung', center: -600, width: 1500 },
  { id: 'soft', center: 40, width: 400 },
  { id: 'bone', center: 480, width: 2500 },
  { id: 'brain', center: 40, width: 80 },
  { id: 'liver', center: 60, width: 160 },
  { id: 'abdomen', center: 60, width: 400 },
] as const;

export type WindowId = (typeof ctWindows)[number]['id'];

/** Intensity ranges for the brush, HU. */
export const ctRanges = [
  { id: 'air', min: -1024, max: -500 },
  { id: 'fat', min: -150, max: -30 },
  { id: 'soft', min: -30, max: 150 },
  { id: 'contrast', min: 130, max: 500 },
  { id: 'bone', min: 200, max: 3071 },
] as const;
