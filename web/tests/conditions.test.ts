import { describe, expect, test } from 'vitest';
import { askedOf, holds } from '../shared/conditions';
import type { Answer, AnswerValue, Condition, Question } from '../shared/contract';
import { crossesItself } from '../radiology/model/raster';

const given = (answers: Record<string, AnswerValue>): Map<string, Answer> =>
  new Map(Object.entries(answers).map(([id, value]) => [id, { value, uncertain: false, cannotAssess: false }]));

const question = (id: string, onlyIf?: Condition): Question => ({
  id, text: { ru: id, en: id }, type: 'boolean', options: [], required: true, unit: null, min: null, max: null,
  allowUncertain: false, allowCannotAssess: true, ordinal: false, ...(onlyIf ? { onlyIf } : {}),
});

describe('a condition', () => {
  test.each<[Condition, Record<string, AnswerValue>, boolean]>([
    [{ question: 'seen', is: ['true'] }, { seen: true }, true],
    [{ question: 'seen', is: ['true'] }, { seen: false }, false],
    [{ question: 'seen' }, { seen: false }, true],
    [{ question: 'seen' }, {}, false],
    [{ question: 'signs', is: ['a', 'b'] }, { signs: ['b', 'c'] }, true],
    [{ question: 'size', atLeast: 3, atMost: 5 }, { size: 3 }, true],
    [{ question: 'size', atLeast: 3, atMost: 5 }, { size: 5.01 }, false],
    [{ not: { class: 'cyst' } }, {}, true],
    [{ all: [{ class: 'organ' }, { any: [{ class: 'cyst' }, { question: 'size' }] }] }, { size: 0 }, true],
  ])('%j over %j', (condition, answers, expected) => {
    expect(holds(condition, given(answers), (c) => c === 'organ')).toBe(expected);
  });

  test('takes its branch along when it falls', () => {
    const questions = [question('seen'), question('sure', { question: 'seen', is: ['true'] }), question('why', { question: 'sure' })];
    const answers = given({ seen: false, sure: true });
    expect([...askedOf(questions, answers, () => false)]).toEqual(['seen']);
    answers.set('seen', { value: true, uncertain: false, cannotAssess: false });
    expect([...askedOf(questions, answers, () => false)]).toEqual(['seen', 'sure', 'why']);
    answers.set('sure', { value: null, uncertain: false, cannotAssess: true });
    expect([...askedOf(questions, answers, () => false)]).toEqual(['seen', 'sure']);
  });
});

test('an outline that crosses itself is told from one that touches itself', () => {
  expect(crossesItself([[0, 0], [10, 10], [10, 0], [0, 10]])).toBe(true);
  expect(crossesItself([[0, 0], [10, 0], [10, 10], [0, 10]])).toBe(false);
  expect(crossesItself([[0, 0], [10, 0], [10, 10], [5, 0], [0, 10]])).toBe(false);
});
