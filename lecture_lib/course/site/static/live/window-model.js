// The window network in the page: what it reads, what it says, its gradients, a step. Numbers as in lecture_lib.ner.
window.course.picture("window-model", function (data) {
  const bytes = (text) => Int8Array.from(atob(text), (character) => character.charCodeAt(0));
  const SIDE = 2;
  const PADDING = 0;
  const UNKNOWN = 1;
  const FIRST = 2;

  const d = data.scale.length;
  const n = data.b.length;
  const K = data.c.length;
  const m = (2 * SIDE + 1) * d;

  /* A sentence as tokens, as `tokenize` cuts it; the patterns are Python's own. */
  const token = new RegExp(data.rules.token, "gu");
  const clitic = new RegExp(data.rules.clitic, "iu");
  const whole = new RegExp(data.rules.whole, "iu");
  function parts(text) {
    const after = [];
    let stem = text;
    for (;;) {
      const from = Math.max(1, stem.length - data.rules.longest);
      const found = stem.slice(from).match(clitic);
      if (!found) break;
      after.unshift(found[0]);
      stem = stem.slice(0, from + found.index);
    }
    const pieces = stem.match(whole);
    return [...(pieces ? pieces.slice(1).filter(Boolean) : [stem]), ...after];
  }
  const tokens = (text) => (text.normalize("NFC").match(token) ?? []).flatMap(parts);

  const places = new Map(data.words.split(" ").map((word, k) => [word, k + FIRST]));
  const id = (word) => places.get(word) ?? places.get(word.toLowerCase()) ?? UNKNOWN;

  /* The ids of the window around a place. */
  const around = (ids, place) => Array.from({ length: 2 * SIDE + 1 }, (_, k) => ids[place + k - SIDE] ?? PADDING);

  // Parameters: the shipped numbers, copied, because a step changes them.
  const columns = bytes(data.vectors);
  const scaled = ({ bytes: text, scale }) => {
    const flat = bytes(text);
    const width = flat.length / scale.length;
    return Float64Array.from(flat, (value, k) => value * scale[Math.floor(k / width)]);
  };
  const shipped = { W: scaled(data.W), b: Float64Array.from(data.b), U: scaled(data.U), c: Float64Array.from(data.c) };
  const params = {};
  let moved = new Map();
  function restore() {
    for (const [name, numbers] of Object.entries(shipped)) params[name] = numbers.slice();
    moved = new Map();
  }
  restore();

  function vector(word) {
    if (moved.has(word)) return moved.get(word);
    if (word === PADDING) return new Float64Array(d);
    if (word === UNKNOWN) return Float64Array.from(data.unknown);
    return Float64Array.from(data.scale, (scale, k) => columns[(word - FIRST) * d + k] * scale);
  }

  /* Row i of a matrix times a vector. */
  function dot(matrix, i, numbers) {
    let sum = 0;
    for (let j = 0; j < numbers.length; j += 1) sum += matrix[i * numbers.length + j] * numbers[j];
    return sum;
  }

  /* z = Wx + b, h = tanh z, s = Uh + c, p = softmax(s). */
  function forward(ids) {
    const { W, b, U, c } = params;
    const x = new Float64Array(m);
    ids.forEach((word, k) => x.set(vector(word), k * d));
    const h = Float64Array.from(b, (bias, i) => Math.tanh(dot(W, i, x) + bias));
    const s = Float64Array.from(c, (bias, k) => dot(U, k, h) + bias);
    const top = Math.max(...s);
    const total = s.reduce((sum, value) => sum + Math.exp(value - top), 0);
    const p = s.map((value) => Math.exp(value - top) / total);
    return { ids, x, h, p };
  }

  /* The error signal at the scores and at z, and what it leaves at the words; the loss is -log of the right p. */
  function backward({ x, h, p }, right) {
    const { W, U } = params;
    const top = p.map((value, k) => value - (k === right));
    const delta = h.map((value, i) => top.reduce((sum, slope, k) => sum + U[k * n + i] * slope, 0) * (1 - value * value));
    const word = new Float64Array(m);
    delta.forEach((slope, i) => word.forEach((_, j) => (word[j] += W[i * m + j] * slope)));
    const words = Array.from({ length: 2 * SIDE + 1 }, (_, k) => norm(word.subarray(k * d, (k + 1) * d)));
    // The norm of an outer product is that of its factors, multiplied.
    const norms = { W: norm(delta) * norm(x), b: norm(delta), U: norm(top) * norm(h), c: norm(top) };
    return { right, top, delta, word, words, norms, loss: -Math.log(p[right]) };
  }
  const norm = (numbers) => Math.hypot(...numbers);

  /* One step down: θ ← θ - rate · ∇θ, for W, b, U, c and the vectors of the words. */
  function step({ ids, x, h }, { top, delta, word }, rate) {
    const { W, b, U, c } = params;
    top.forEach((slope, k) => {
      h.forEach((value, i) => (U[k * n + i] -= rate * slope * value));
      c[k] -= rate * slope;
    });
    delta.forEach((slope, i) => {
      x.forEach((value, j) => (W[i * m + j] -= rate * slope * value));
      b[i] -= rate * slope;
    });
    // A word that stands in the window twice moves by both of its gradients; padding stays zero.
    ids.forEach((known, k) => {
      if (known === PADDING) return;
      moved.set(known, vector(known).map((value, j) => value - rate * word[k * d + j]));
    });
  }

  return { d, tokens, id, around, vector, params, forward, backward, step, restore, UNKNOWN };
});
