/** Readings of every mode over one series. */
export function makeReadings(series, instances) {
  const middle = instances[Math.floor(instances.length / 2)];
  const rows = middle.json['00280010'].Value[0];
  const columns = middle.json['00280011'].Value[0];
  const both = (ru, en) => ({ ru, en });
  const cls = (id, ru, en, color, geometries, required = false) => ({ id, name: both(ru, en), color, geometries, code: null, description: null, required });
  const question = (id, ru, en, type, more = {}) => ({
    id, text: both(ru, en), type, options: null, required: false, unit: null, min: null, max: null, allowUncertain: false, allowCannotAssess: false, ...more,
  });
  const schema = {
    id: 'schema-1', name: both('Органы брюшной полости', 'Abdominal organs'), version: 1, dataKind: 'radiology',
    classes: [
      cls('liver', 'Печень', 'Liver', '#e0793f', ['mask', 'polygon']),
      cls('kidney_left', 'Левая почка', 'Left kidney', '#3fb6c9', ['mask', 'polygon', 'rectangle', 'length', 'point'], true),
      cls('kidney_right', 'Правая почка', 'Right kidney', '#5f86e8', ['mask', 'polygon', 'rectangle', 'length', 'point']),
      cls('spleen', 'Селезёнка', 'Spleen', '#b26fd6', ['mask']),
      cls('finding', 'Находка', 'Finding', '#f2d14b', ['polygon', 'rectangle', 'length', 'point']),
    ],
    questions: [
      question('quality', 'Качество исследования', 'Study quality', 'choice', {
        options: [{ id: 'good', text: both('хорошее', 'good') }, { id: 'fair', text: both('удовлетворительное', 'fair') }, { id: 'poor', text: both('непригодно', 'unusable') }],
        required: true, allowUncertain: true,
      }),
      question('contrast', 'Контрастирование', 'Contrast medium', 'boolean', { required: true }),
      question('signs', 'Признаки', 'Signs', 'multichoice', {
        options: [{ id: 'cyst', text: both('киста', 'cyst') }, { id: 'stone', text: both('конкремент', 'stone') }, { id: 'fluid', text: both('жидкость', 'fluid') }], allowCannotAssess: true,
      }),
      question('size', 'Наибольший размер находки', 'Largest diameter of the finding', 'number', { unit: 'мм', min: 0, max: 300, allowUncertain: true, allowCannotAssess: true }),
      question('note', 'Комментарий', 'Comment', 'text'),
    ],
  };
  const document = (objects = [], masks = []) => ({ schemaVersion: 'schema-1', masks, objects, answers: {} });
  const source = (name, shift) => ({
    name, agreement: { liver: 0.93, kidney_left: 0.81 },
    document: document([], [disc('liver', middle.sop, rows, columns, 180 + shift, 220, 60), disc('kidney_left', middle.sop, rows, columns, 330 + shift, 270, 26)]),
  });
  const reading = (id, mode, more = {}) => ({
    id, mode, state: 'draft', project: { id: 'project-1', name: 'КТ органов брюшной полости' }, case: { id: 'case-1', label: id === 'read-2' ? 'Случай 0043' : 'Случай 0042' },
    instructions: '# Что размечать\n\n- печень целиком, без желчного пузыря\n- почки без лоханки\n\nЕсли граница не видна, отметьте «не уверен».',
    schema, revision: 0, document: null,
    series: [{ ...series, modality: 'CT', description: 'Abdomen 3.0', instanceCount: instances.length, frameOfReferenceUid: null }],
    sources: [], comments: [], next: null, queue: { done: 3, total: 10 }, ...more,
  });
  const under = { ...source('A', 0).document };
  return Object.fromEntries([
    reading('read-1', 'read', { next: { readingId: 'read-2', series: [series] } }),
    reading('read-2', 'read', { comments: [{ at: '2026-03-02T10:15:00Z', level: '1', text: 'Уточните верхний полюс левой почки.' }], state: 'offered' }),
    reading('adjudicate-1', 'adjudicate', { sources: [source('A', 0), source('B', 9)] }),
    reading('validate-1', 'validate', { sources: [source('A', 0), source('B', 9)], document: under, state: 'draft' }),
  ].map((r) => [r.id, r]));
}

function disc(classId, sopInstanceUid, rows, columns, cx, cy, radius) {
  const runs = [];
  let run = 0;
  let on = false;
  let pixelCount = 0;
  for (let at = 0; at < rows * columns; at++) {
    const inside = Math.hypot((at % columns) + 0.5 - cx, Math.floor(at / columns) + 0.5 - cy) <= radius;
    pixelCount += Number(inside);
    if (inside !== on) {
      runs.push(run);
      run = 0;
      on = inside;
    }
    run++;
  }
  runs.push(run);
  const bytes = runs.flatMap((value) => {
    const out = [];
    for (let rest = value; ; rest >>>= 7) {
      if (rest < 0x80) return [...out, rest];
      out.push((rest & 0x7f) | 0x80);
    }
  });
  return { class: classId, sopInstanceUid, frame: 1, rows, columns, pixelCount, runs: Buffer.from(bytes).toString('base64'), blob: `${classId}-${String(cx)}` };
}
