// Python in the page: a worker that the first Run starts, and that is ended when it must stop.
window.course.python = (function () {
  const list = document.getElementById("python");
  if (!list) return null;
  const groups = JSON.parse(list.textContent);
  const wheel = groups.core.find((name) => name.startsWith("lecture_lib-"));
  const files = new Map();
  let worker = null;
  let ready = new Map();
  let waiting = new Map();
  let count = 0;

  // Each file is a script that hands its text over; the text is packed.
  function take(name, text) {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    files.set(name, new Response(stream).blob());
  }

  function loaded(name) {
    if (files.has(name)) return files.get(name);
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `assets/python/${name}.js`;
      script.onload = () => resolve(files.get(name));
      script.onerror = () => reject(new Error(`${script.src} cannot be read`));
      document.head.append(script);
    });
  }

  function send(act, rest = {}) {
    const number = (count += 1);
    return new Promise((resolve, reject) => {
      waiting.set(number, { resolve, reject });
      worker.postMessage({ number, act, ...rest });
    });
  }

  function hear({ data }) {
    const { resolve, reject } = waiting.get(data.number);
    waiting.delete(data.number);
    if (data.wrong !== undefined) reject(new Error(data.wrong));
    else resolve(data.made);
  }

  async function give(group, tell) {
    const given = [];
    for (const name of groups[group]) {
      tell(`Reading Python: ${given.length + 1} of ${groups[group].length} files`);
      given.push([name, await loaded(name)]);
    }
    return given;
  }

  async function begin(tell) {
    const given = await give("core", tell);
    const code = given.find(([name]) => name === "worker.js")[1];
    worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    worker.onmessage = hear;
    tell("Starting Python");
    await send("files", { given });
    await send("begin", { wheel });
  }

  async function add(group, tell) {
    await send("files", { given: await give(group, tell) });
    await send(group, { archive: groups.data[0] });
  }

  // Once for each worker, however often it is asked for.
  function once(name, act) {
    if (!ready.has(name)) ready.set(name, act());
    return ready.get(name);
  }

  /* Have the worker ready for cells with these texts. */
  async function prepare(sources, tell) {
    await once("core", () => begin(tell));
    const text = sources.join("\n");
    if (/\b(data|data_folder|models?)\b/.test(text)) await once("data", () => add("data", tell));
    if (/\b(matplotlib|pyplot|heatmap|loss_curves)\b/.test(text)) await once("matplotlib", () => add("matplotlib", tell));
    tell("");
  }

  const call = (name, ...given) => send("call", { name, given });

  function stop() {
    worker?.terminate();
    worker = null;
    ready = new Map();
    for (const { reject } of waiting.values()) reject(new Error("stopped"));
    waiting = new Map();
    dispatchEvent(new Event("python-stopped"));
  }

  return { take, prepare, call, stop };
})();
