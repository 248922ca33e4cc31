import { init as initCore, RenderingEngine } from '@cornerstonejs/core';
import dicomImageLoader from '@cornerstonejs/dicom-image-loader';

let engine: RenderingEngine | null = null;

export function hasWebGl2(): boolean {
  return document.createElement('canvas').getContext('webgl2') !== null;
}

/** One engine for the page's life: WebGL contexts are scarce. */
export function renderingEngine(): RenderingEngine {
  if (engine) return engine;
  initCore();
  dicomImageLoader.init({
    maxWebWorkers: Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1)),
    useLegacyMetadataProvider: true,
  });
  engine = new RenderingEngine('radiology');
  return engine;
}
