// The worker: Python itself. Every file comes from the page; nothing is fetched from anywhere.
"use strict";
const files = new Map();
let python = null;
let inside = null;

// Pyodide asks for its files by address; they are here by name.
self.fetch = async (address) => {
  const name = String(address.url ?? address).split("/").pop();
  const file = files.get(name);
  if (!file) return new Response(null, { status: 404, statusText: `${name} is not here` });
  const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
  return new Response(file, { headers: { "Content-Type": type } });
};

async function begin(wheel) {
  // In a worker from a page on a disk scripts cannot be imported by address.
  const run = async (name) => (0, eval)(await files.get(name).text());
  await run("pyodide.js");
  await run("pyodide.asm.js");
  python = await loadPyodide({ indexURL: "https://here.invalid/", packageBaseUrl: "https://here.invalid/" });
  await python.loadPackage(["numpy"], { messageCallback: () => {} });
  python.unpackArchive(await files.get(wheel).arrayBuffer(), "wheel");
  python.FS.writeFile("/home/pyodide/inside.py", await files.get("inside.py").text());
  inside = python.pyimport("inside");
  inside.begin();
}

const acts = {
  async files({ given }) {
    for (const [name, file] of given) files.set(name, file);
  },
  async begin({ wheel }) {
    await begin(wheel);
  },
  async data({ archive }) {
    python.unpackArchive(await files.get(archive).arrayBuffer(), "zip", { extractDir: "/lib/python3.12/site-packages" });
  },
  async matplotlib() {
    await python.loadPackage(["matplotlib"], { messageCallback: () => {} });
  },
  async call({ name, given }) {
    const made = inside[name](...given.map((one) => python.toPy(one)));
    if (typeof made?.toJs !== "function") return made;
    const plain = made.toJs({ dict_converter: Object.fromEntries });
    made.destroy();
    return plain;
  },
};

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ number: data.number, made: await acts[data.act](data) });
  } catch (error) {
    self.postMessage({ number: data.number, wrong: String(error.message ?? error) });
  }
};
