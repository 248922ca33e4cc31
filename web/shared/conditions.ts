import type { Answer, Condition, Question } from './contract';

type Answers = ReadonlyMap<string, Answer>;
type IsMarked = (classId: string) => boolean;

/** The server's rule: "cannot be assessed" is no answer, and of several options one is enough. */
export function holds(condition: Condition, answers: Answers, isMarked: IsMarked): boolean {
  const { all, any, not, question, class: marked } = condition;
  if (all) return all.every((c) => holds(c, answers, isMarked));
  if (any) return any.some((c) => holds(c, answers, isMarked));
  if (not) return !holds(not, answers, isMarked);
  if (typeof marked === 'string') return isMarked(marked);
  const answer = typeof question === 'string' ? answers.get(question) : undefined;
  if (!answer || answer.cannotAssess || answer.value === null) return false;
  const { value } = answer;
  const { is, atLeast, atMost } = condition;
  if (is && !(Array.isArray(value) ? value : [String(value)]).some((v) => is.includes(v))) return false;
  if (typeof atLeast !== 'number' && typeof atMost !== 'number') return true;
  return typeof value === 'number' && value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
}

/** The questions that are asked. Conditions look only backwards, and an answer to a question that is not asked counts for nothing. */
export function askedOf(questions: readonly Question[], answers: Answers, isMarked: IsMarked): Set<string> {
  const counted = new Map<string, Answer>();
  const asked = new Set<string>();
  for (const { id, onlyIf } of questions) {
    if (onlyIf && !holds(onlyIf, counted, isMarked)) continue;
    asked.add(id);
    const answer = answers.get(id);
    if (answer) counted.set(id, answer);
  }
  return asked;
}
