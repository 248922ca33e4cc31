import type { components } from './api.generated';

/** What the server says, from the committed description of its API; tuples and closed unions that JSON Schema cannot say are narrowed here. */
export type Api = components['schemas'];

export type Mode = Api['ReadingMode'];
export type ReadingState = Api['ReadingState'];
export type Geometry = LabelClass['geometries'][number];
export type ObjectType = LabelObject['type'];
/** Pixels of a frame: (0, 0) is the top-left corner of the top-left pixel (PS3.3 C.18.6). */
export type Point2 = [number, number];
/** Millimetres in the patient's coordinates (LPS). */
export type Point3 = [number, number, number];

export type MaskEntry = Api['DocumentMask'];
/** What may be left out when it is sent is always written in an answer. */
/** What is drawn on images; spans, events and tracks belong to texts and videos. */
type Drawn = Required<Omit<Api['DocumentObject'], Undrawn>> & Pick<Api['DocumentObject'], 'attributes' | 'origin' | 'confirmed'>;
export type LabelObject = Narrowed<Drawn, { type: Exclude<Drawn['type'], 'span' | 'event' | 'track'>; points: Point2[]; points3d: Point3[] | null }>;
export type AnswerValue = string | number | boolean | string[] | null;
export type Answer = Narrowed<Api['DocumentAnswer'], { value: AnswerValue }>;
export type LabelDocument = Narrowed<Api['LabelDocument'], { objects: LabelObject[]; answers: Record<string, Answer> }>;

export type Condition = Api['Condition'];
/** What a schema need not have is left out. */
export type LabelClass = Required<Omit<Api['LabelClass'], Extras>> & Pick<Api['LabelClass'], Extras>;
export type Question = Required<Omit<Api['Question'], 'onlyIf'>> & Pick<Api['Question'], 'onlyIf'>;
export type Schema = Narrowed<Api['SchemaView'], { classes: LabelClass[]; questions: Question[] }>;

export type SeriesReference = Api['SeriesReference'];
export type SeriesSummary = Api['OpenCaseViewerSeries'];
export type Source = Narrowed<Api['SourceView'], { document: LabelDocument }>;
export type Consensus = Narrowed<Api['ConsensusView'], { document: LabelDocument }>;
export type Reading = Narrowed<Api['ReadingView'], {
  schema: Schema; document: LabelDocument | null; sources: Source[]; consensus: Consensus | null; findings: LabelDocument | null;
}>;
export type Result = Narrowed<Api['ResultView'], { schema: Schema; mine: LabelDocument; result: Consensus }>;
export type Disagreement = Api['Disagreement'];
export type ListedDisagreement = Api['ListedDisagreement'];
export type DecisionChoice = Api['DecisionChoice'];
export type Decided = Narrowed<Api['DecideDisagreementResponse'], { document: LabelDocument }>;
export type DisputedFrame = Api['FrameDisagreement'];
export type CaseComment = Api['CommentView'];
export type Remark = Api['Remark'];
export type RemarkPlace = Api['RemarkPlace'];
export type ReturnReason = Api['ReturnReason'];
export type SideDraft = Api['SideDraftRow'];

export interface Paged<T> {
  items: T[];
  total: number;
}
export type CaseView = Api['OpenCaseViewer'];

type Undrawn = 'holes' | 'text' | 'spans' | 'interval' | 'track' | 'attributes' | 'origin' | 'confirmed';
type Extras = 'codes' | 'parent' | 'attributes' | 'pictures';
type Narrowed<Whole, Part extends { [K in keyof Part]: K extends keyof Whole ? unknown : never }> = Omit<Whole, keyof Part> & Part;
