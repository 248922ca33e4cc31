import type { Answer, AnswerValue, Question } from '../../shared/contract';
import { h } from '../../shared/dom';
import { answered } from '../session';
import type { Workbench } from '../workbench';

interface Field {
  root: HTMLElement;
  sync: (value: AnswerValue) => void;
}

/** The case's questions; every change is a step of the history, typing in one field is one step. */
export function questionPanel(wb: Workbench): HTMLElement {
  const rows = wb.questions.map((q) => questionRow(wb, q));
  const update = (): void => {
    const asked = wb.asked();
    for (const row of rows) row.update(asked);
  };
  wb.labels.changed.subscribe(update);
  update();
  return h('div', { class: 'questions' }, ...rows.map((r) => r.root));
}

const blank: Answer = { value: null, uncertain: false, cannotAssess: false };

function questionRow(wb: Workbench, question: Question): { root: HTMLElement; update: (asked: ReadonlySet<string>) => void } {
  const current = (): Answer => wb.labels.answers.get(question.id) ?? blank;
  const put = (part: Partial<Answer>, mergeKey: string | null = null): void => {
    const before = wb.labels.answers.get(question.id) ?? null;
    const after = { ...current(), ...part };
    wb.undo.perform([{ kind: 'answer', question: question.id, before, after }], mergeKey);
  };
  const field = fieldOf(wb, question, (value, typed) => { put({ value }, typed ? `answer:${question.id}` : null); });
  const flag = (name: 'uncertain' | 'cannotAssess', label: string): { root: HTMLElement; input: HTMLInputElement } => {
    const input = h('input', {
      type: 'checkbox', 'data-answer-flag': name, disabled: wb.readOnly,
      onchange: () => { put(name === 'cannotAssess' && input.checked ? { cannotAssess: true, uncertain: false, value: null } : { [name]: input.checked }); },
    });
    return { root: h('label', { class: 'flag' }, input, label), input };
  };
  const uncertain = question.allowUncertain ? flag('uncertain', wb.t('workbench.answer.uncertain')) : null;
  const cannot = question.allowCannotAssess ? flag('cannotAssess', wb.t('workbench.answer.cannotAssess')) : null;
  const error = h('p', { class: 'field-error', role: 'alert', hidden: true });
  const root = h('fieldset', { class: 'question', 'data-question': question.id, 'data-question-type': question.type },
    h('legend', {}, wb.text(question.text), question.required && h('span', { class: 'required', title: wb.t('workbench.required') }, ' *')),
    field.root, error, (uncertain ?? cannot) && h('div', { class: 'flags' }, uncertain?.root, cannot?.root));
  return {
    root,
    update: (asked) => {
      root.hidden = !asked.has(question.id);
      const answer = current();
      field.sync(answer.value);
      field.root.toggleAttribute('inert', answer.cannotAssess || wb.readOnly);
      field.root.classList.toggle('muted', answer.cannotAssess);
      if (uncertain) [uncertain.input.checked, uncertain.input.disabled] = [answer.uncertain, answer.cannotAssess || wb.readOnly];
      if (cannot) cannot.input.checked = answer.cannotAssess;
      root.dataset['answered'] = String(answered(answer));
      error.hidden = !wb.invalid.has(question.id);
      error.textContent = error.hidden ? '' : wb.t('workbench.answer.range', { min: question.min ?? '−∞', max: question.max ?? '∞' });
    },
  };
}

type Put = (value: AnswerValue, typed: boolean) => void;

export function fieldOf(wb: Workbench, question: Question, put: Put): Field {
  switch (question.type) {
    case 'choice':
      return radios(question.id, question.options.map((o) => ({ value: o.id, label: wb.text(o.text) })), put);
    case 'boolean':
      return radios(question.id, [{ value: true, label: wb.t('workbench.yes') }, { value: false, label: wb.t('workbench.no') }], put);
    case 'multichoice':
      return checks(question, wb, put);
    case 'number':
      return numberField(question, wb, put);
    case 'text':
      return textField(question, wb, put);
  }
}

function radios(name: string, options: { value: string | boolean; label: string }[], put: Put): Field {
  const inputs = options.map(({ value, label }) => {
    const input = h('input', { type: 'radio', name: `q-${name}`, value: String(value), onchange: () => { put(value, false); } });
    return { value, input, label: h('label', { class: 'option' }, input, h('span', {}, label)) };
  });
  return {
    root: h('div', { class: 'options', role: 'radiogroup' }, ...inputs.map((i) => i.label)),
    sync: (value) => { for (const each of inputs) each.input.checked = each.value === value; },
  };
}

function checks(question: Question, wb: Workbench, put: Put): Field {
  const inputs = question.options.map((option) => {
    const input = h('input', {
      type: 'checkbox', value: option.id,
      onchange: () => { put(inputs.filter((i) => i.input.checked).map((i) => i.id), false); },
    });
    return { id: option.id, input, label: h('label', { class: 'option' }, input, h('span', {}, wb.text(option.text))) };
  });
  return {
    root: h('div', { class: 'options' }, ...inputs.map((i) => i.label)),
    sync: (value) => { for (const each of inputs) each.input.checked = Array.isArray(value) && value.includes(each.id); },
  };
}

function numberField(question: Question, wb: Workbench, put: Put): Field {
  const input = h('input', {
    type: 'number', step: 'any', min: question.min, max: question.max, 'aria-label': wb.text(question.text),
    oninput: () => {
      const number = input.value === '' || Number.isNaN(input.valueAsNumber) ? null : input.valueAsNumber;
      const outside = number !== null && ((question.min !== null && number < question.min) || (question.max !== null && number > question.max));
      if (outside) wb.invalid.add(question.id);
      else wb.invalid.delete(question.id);
      input.setAttribute('aria-invalid', String(outside));
      put(outside ? null : number, true);
    },
  });
  return {
    root: h('div', { class: 'number' }, input, question.unit ? h('span', { class: 'unit' }, question.unit) : null),
    sync: (value) => {
      if (value === null && wb.invalid.has(question.id)) return;
      wb.invalid.delete(question.id);
      const text = typeof value === 'number' ? String(value) : '';
      if (document.activeElement !== input || Number(input.value) !== Number(text)) input.value = text;
    },
  };
}

function textField(question: Question, wb: Workbench, put: Put): Field {
  const input = h('textarea', {
    rows: 2, 'aria-label': wb.text(question.text),
    oninput: () => { put(input.value === '' ? null : input.value, true); },
  });
  return {
    root: h('div', {}, input),
    sync: (value) => {
      const text = typeof value === 'string' ? value : '';
      if (input.value !== text) input.value = text;
    },
  };
}
