/** Stroke icons on a 24 × 24 grid, drawn for this project. */
const paths = {
  select: 'M5 3l6.5 16 2-6.5L20 10.500z',
  window: 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM12 3v18M12 7.500h7.500M12 12h9M12 16.500h7.500',
  pan: 'M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3M6 9l-3 3 3 3M18 9l3 3-3 3',
  zoom: 'M10.500 4a6.500 6.500 0 1 0 0 13a6.500 6.500 0 1 0 0-13zM15.500 15.500L21 21M10.500 7.500v6M7.500 10.500h6',
  crosshair: 'M12 2v7M12 15v7M2 12h7M15 12h7M12 11.900v.2',
  brush: 'M20 3.500c-5 2-8.500 6-10.500 9.500l2.500 2.500c3.500-2 7.500-6.500 8.500-11.500zM8.500 14.500c-2.500 0-3.500 2-3.500 3.500 0 1.500-1 2-2 2 3.500 1.500 8 .5 8-3z',
  eraser: 'M4 15.500l9-9.500 6 6-7 7.500H8zM8.500 11l6 6M12 19.500h8',
  polygon: 'M12 4l8 5.500-3 9.500H7L4 9.500zM12 3v2M19 9h2M16.500 18.500v1M7 18.500v1M3.500 9h1',
  rectangle: 'M4 6h16v12H4z',
  ellipse: 'M12 6c5 0 9 2.700 9 6s-4 6-9 6-9-2.700-9-6 4-6 9-6z',
  length: 'M3.500 15.500l12-12 5 5-12 12zM7 12l2 2M10 9l2.500 2.500M13 6l2 2',
  point: 'M12 21s6-6.500 6-11a6 6 0 1 0-12 0c0 4.500 6 11 6 11zM12 8.200a1.800 1.800 0 1 0 0 3.600a1.800 1.800 0 1 0 0-3.600z',
  undo: 'M4 9h10a5.500 5.500 0 0 1 0 11H8M4 9l4-4M4 9l4 4',
  redo: 'M20 9H10a5.500 5.500 0 0 0 0 11h6M20 9l-4-4M20 9l-4 4',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  invert: 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM12 3v18M14 5.500v13M16.500 7.500v9M18.700 10v4',
  reset: 'M4 12a8 8 0 1 0 2.500-5.800M4 4v5h5',
  mpr: 'M3.500 3.500h17v17h-17zM12 3.500v17M12 12h8.500',
  stack: 'M12 3l9 4.500-9 4.500-9-4.500zM3 12l9 4.500 9-4.500M3 16.500L12 21l9-4.500',
  help: 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.7.3-1 .8-1 1.700M12 16.500v.1',
  info: 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM12 11v6M12 7.500v.1',
  close: 'M6 6l12 12M18 6L6 18',
  eye: 'M2.500 12s3.500-6.500 9.500-6.500 9.500 6.500 9.500 6.500-3.500 6.500-9.500 6.500S2.500 12 2.500 12zM12 9a3 3 0 1 0 0 6a3 3 0 1 0 0-6z',
  eyeOff: 'M4 4l16 16M9.500 5.800A9.700 9.700 0 0 1 12 5.500c6 0 9.500 6.500 9.500 6.500a17 17 0 0 1-3 3.600M6 7.500A16 16 0 0 0 2.500 12s3.500 6.500 9.500 6.500a9 9 0 0 0 4-.9',
  trash: 'M4 7h16M9 7V4h6v3M6.500 7l1 13h9l1-13M10 11v5.500M14 11v5.500',
  goto: 'M12 4v3M12 17v3M4 12h3M17 12h3M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8z',
  check: 'M4.500 12.500l5 5 10-11',
  send: 'M4 12l16-8-5.500 17-3-7zM11.500 14L20 4',
  back: 'M15 5l-7 7 7 7',
  forward: 'M9 5l7 7-7 7',
  warning: 'M12 4l9 16H3zM12 10v4.500M12 17.300v.1',
  folder: 'M3 6h6l2 2.500h10V19H3z',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  archive: 'M4 8h16v12H4zM3 4h18v4H3zM10 12h4',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4.500l12 7.500-12 7.500z',
  upload: 'M12 16V4M7 9l5-5 5 5M4 16v4h16v-4',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  panel: 'M3.500 4.500h17v15h-17zM14.500 4.500v15',
  range: 'M4 7h16M4 17h16M8 4.500v5M16 14.500v5',
  theme: 'M20 14.500A8.500 8.500 0 1 1 9.500 4 6.500 6.500 0 0 0 20 14.500z',
} as const;

export type IconName = keyof typeof paths;

export function icon(name: IconName, size = 18): SVGSVGElement {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  for (const [key, value] of Object.entries({
    viewBox: '0 0 24 24', width: size, height: size, fill: 'none', stroke: 'currentColor', 'stroke-width': '1.6',
    'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true', focusable: 'false',
  })) svg.setAttribute(key, String(value));
  const path = document.createElementNS(ns, 'path');
  path.setAttribute('d', paths[name]);
  svg.append(path);
  return svg;
}
