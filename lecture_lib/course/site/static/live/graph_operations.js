// Graphs of numbers: what every operation computes, its slope for each argument, and the two passes over a graph.
(function () {
  const { abs, cbrt, cos, cosh, exp, expm1, log, log1p, log2, max, min, sin, sinh, sqrt, tan, tanh, atan } = Math;
  const sigmoid = (x) => (x >= 0 ? 1 : exp(-abs(x))) / (1 + exp(-abs(x)));
  const wins = (first, second) => (first === second ? 0.5 : Number(first > second));
  // NumPy says 1 for every power of 1, JavaScript not a number.
  const power = (a, b) => (a === 1 || (a === -1 && abs(b) === Infinity) ? 1 : a ** b);

  // One row an operation: its value; its slopes from the value y and the arguments; `tie`: where they are an agreement.
  const operations = {
    add: { value: (a, b) => a + b, slopes: () => [1, 1] },
    subtract: { value: (a, b) => a - b, slopes: () => [1, -1] },
    multiply: { value: (a, b) => a * b, slopes: (y, a, b) => [b, a] },
    divide: { value: (a, b) => a / b, slopes: (y, a, b) => [1 / b, -y / b] },
    power: { value: power, slopes: (y, a, b) => [b * power(a, a === 0 && b === 0 ? 1 : b - 1), y * log(a === 0 ? 1 : a)] },
    maximum: { value: (a, b) => max(a, b), slopes: (y, a, b) => [wins(a, b), wins(b, a)], tie: (a, b) => a === b },
    minimum: { value: (a, b) => min(a, b), slopes: (y, a, b) => [wins(b, a), wins(a, b)], tie: (a, b) => a === b },
    negative: { value: (x) => -x, slopes: () => [-1] },
    reciprocal: { value: (x) => 1 / x, slopes: (y) => [-(y * y)] },
    square: { value: (x) => x * x, slopes: (y, x) => [2 * x] },
    sqrt: { value: sqrt, slopes: (y) => [1 / (2 * y)] },
    cbrt: { value: cbrt, slopes: (y) => [1 / (3 * (y * y))] },
    absolute: { value: abs, slopes: (y, x) => [Math.sign(x)], tie: (x) => x === 0 },
    exp: { value: exp, slopes: (y) => [y] },
    expm1: { value: expm1, slopes: (y) => [y + 1] },
    log: { value: log, slopes: (y, x) => [1 / x] },
    log2: { value: log2, slopes: (y, x) => [1 / (Math.LN2 * x)] },
    log1p: { value: log1p, slopes: (y, x) => [1 / (1 + x)] },
    sin: { value: sin, slopes: (y, x) => [cos(x)] },
    cos: { value: cos, slopes: (y, x) => [-sin(x)] },
    tan: { value: tan, slopes: (y) => [1 + y * y] },
    arctan: { value: atan, slopes: (y, x) => [1 / (1 + x * x)] },
    sinh: { value: sinh, slopes: (y, x) => [cosh(x)] },
    cosh: { value: cosh, slopes: (y, x) => [sinh(x)] },
    tanh: { value: tanh, slopes: (y) => [1 - y * y] },
    sigmoid: { value: sigmoid, slopes: (y) => [y * (1 - y)] },
    softplus: { value: (x) => max(x, 0) + log1p(exp(-abs(x))), slopes: (y, x) => [sigmoid(x)] },
    relu: { value: (x) => max(x, 0), slopes: (y, x) => [Number(x > 0)], tie: (x) => x === 0 },
    leaky_relu: {
      value: (x, slope) => (x > 0 ? x : slope * x),
      slopes: (y, x, slope) => [x > 0 ? 1 : slope, x > 0 ? 0 : x],
      tie: (x) => x === 0,
    },
    hard_tanh: { value: (x) => max(-1, min(1, x)), slopes: (y, x) => [Number(x > -1 && x < 1)], tie: (x) => abs(x) === 1 },
  };

  // A program is its nodes, arguments first: {op: null} for a leaf, else {op, args}, each of them [node] or a constant.
  const read = (args, values) => args.map((a) => (Array.isArray(a) ? values[a[0]] : a));

  /* The value of every node; the last is the output. `moved` is [node, by]: that value alone is pushed, and all after it follow. */
  function forward(nodes, leaves, moved = [-1, 0]) {
    const values = [];
    let leaf = 0;
    nodes.forEach(({ op, args }, k) => {
      values.push(op ? operations[op].value(...read(args, values)) : leaves[leaf++]);
      if (k === moved[0]) values[k] += moved[1];
    });
    return values;
  }

  /* What arrives at every node, what each sends to its arguments, and the slopes between them. */
  function backward(nodes, values) {
    const gradients = nodes.map(() => null);
    const [passed, slopes] = [nodes.map(() => []), nodes.map(() => [])];
    gradients[nodes.length - 1] = 1;
    for (let k = nodes.length - 1; k >= 0; k -= 1) {
      const { op, args } = nodes[k];
      if (!op || gradients[k] === null) continue;
      slopes[k] = operations[op].slopes(values[k], ...read(args, values));
      args.forEach((a, i) => {
        if (!Array.isArray(a)) return;
        passed[k][i] = gradients[k] * slopes[k][i];
        gradients[a[0]] = gradients[a[0]] === null ? passed[k][i] : gradients[a[0]] + passed[k][i];
      });
    }
    return { gradients, passed, slopes };
  }

  const tie = (nodes, values, k) => Boolean(nodes[k].op && operations[nodes[k].op].tie?.(...read(nodes[k].args, values)));

  window.course.numbers("graph_operations", { operations, forward, backward, tie });
})();
