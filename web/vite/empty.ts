// vtk.js' XML reader pulls in Node's `events`, which fails in a browser; no workbench reads VTK XML files.
export default {};
