import type { Reading, Result } from '../shared/contract';

/** One's own locked reading with the result beside it, in the shape in which the workbench knows readings. */
export function resultReading(result: Result): Reading {
  return {
    id: result.readingId, mode: result.mode, state: 'locked', project: result.project, case: result.case, instructions: null, schema: result.schema, revision: 0,
    document: result.mine, series: result.series, sources: [{ name: '', document: result.result.document, agreement: {} }], comments: result.comments, next: null,
    queue: { done: 0, total: 0 }, consensus: result.result, mayCorrect: false, reasons: result.reasons, pass: 1, findings: null, confirmation: 'perObject', adjudication: null,
  };
}
