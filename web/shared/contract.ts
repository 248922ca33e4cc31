import type { Bilingual } from './strings';

export type Mode = 'read' | 'adjudicate' | 'validate';
export type ReadingState = 'offered' | 'accepted' | 'draft' | 'submitted' | 'locked' | 'returned';
export type Geometry = 'mask' | 'polygon' | 'polyline' | 'rectangle' | 'ellipse' | 'length' | 'point';
export type ObjectType = Exclude<Geometry, 'mask'>;
/** Pixels of a frame: (0, 0) is the top-left corner of the top-left pixel (PS3.3 C.18.6). */
export type Point2 = [number, number];
/** Millimetres in the patient's coordinates (LPS). */
export type Point3 = [number, number, number];

export interface MaskEntry {
  class: string;
  sopInstanceUid: string;
  frame: number;
  rows: number;
  columns: number;
  pixelCount: number;
  runs?: string;
  blob?: string;
}

export interface LabelObject {
  id: string;
  class: string;
  type: ObjectType;
  sopInstanceUid: string;
  frame: number;
  points: Point2[];
  frameOfReferenceUid: string | null;
  points3d: Point3[] | null;
  measurement: { lengthMm: number } | null;
}

export type AnswerValue = string | number | boolean | string[] | null;

export interface Answer {
  value: AnswerValue;
  uncertain: boolean;
  cannotAssess: boolean;
}

export interface LabelDocument {
  schemaVersion: string;
  masks: MaskEntry[];
  objects: LabelObject[];
  answers: Record<string, Answer>;
}

export interface LabelClass {
  id: string;
  name: Bilingual;
  color: string;
  geometries: Geometry[];
  code: { scheme: string; value: string; meaning: string } | null;
  description: Bilingual | null;
  required: boolean;
}

export interface Question {
  id: string;
  text: Bilingual;
  type: 'choice' | 'multichoice' | 'number' | 'text' | 'boolean';
  options: { id: string; text: Bilingual }[] | null;
  required: boolean;
  unit: string | null;
  min: number | null;
  max: number | null;
  allowUncertain: boolean;
  allowCannotAssess: boolean;
}

export interface Schema {
  id: string;
  name: string | Bilingual;
  version: number;
  dataKind: string;
  classes: LabelClass[];
  questions: Question[];
}

export interface SeriesReference {
  studyInstanceUid: string;
  seriesInstanceUid: string;
}

export interface SeriesSummary extends SeriesReference {
  modality: string;
  description: string | null;
  instanceCount: number;
  frameOfReferenceUid: string | null;
}

export interface Source {
  name: string;
  document: LabelDocument;
  agreement: Record<string, number> | null;
}

export interface Reading {
  id: string;
  mode: Mode;
  state: ReadingState;
  project: { id: string; name: string };
  case: { id: string; label: string };
  instructions: string | null;
  schema: Schema;
  revision: number;
  document: LabelDocument | null;
  series: SeriesSummary[];
  sources: Source[] | null;
  comments: { at: string; level: number | string; text: string }[] | null;
  next: { readingId: string; series: SeriesReference[] } | null;
  queue: { done: number; total: number } | null;
}

export interface CaseView {
  case: { id: string; label: string };
  series: SeriesSummary[];
}
