// The mask editor: the workspace with tools to paint where the picture may change.

import { Bench } from "./mask/bench.js";
import { listenForKeys } from "./mask/keys.js";
import * as words from "./words.js";
import { announce, clearNotice, currentSource, notice, root, stage, wish } from "./workspace.js";

const PAINTABLE = ["ready", "refused", "failed", "canceled"];
const KEPT = ["prompt", "model", "quality", "preserve", "seed", "output_format", "thinking"];
const KEEP_MS = 300;
const SIZE_STEP = 4;

const find = (id) => document.getElementById(id);
const fields = find("wish").elements;
const told = find("mask-line");

const bench = new Bench({
  viewer: stage.viewer,
  viewport: find("viewport"),
  frame: find("frame"),
  onChange: changed,
  findObject,
  tellPlace: ({ x, y }) => announce(words.place(x, y)),
});

let version = 0;

// --- The mask and what is said of it -----------------------------------------------------

// The history's buttons follow at once; what takes a look at every pixel waits for a quiet moment.
function changed() {
  find("undo").disabled = !bench.steps?.canUndo;
  find("redo").disabled = !bench.steps?.canRedo;
  version += 1;
  const mine = version;
  setTimeout(() => mine === version && tellMask(), 60);
}

function tellMask() {
  const { share } = bench;
  find("clear").disabled = share === 0;
  told.textContent = share ? words.painted(share) : told.dataset.none;
  root.toggleAttribute("data-masked", share > 0);
  const value = share ? `${bench.source.id} ${bench.steps.cursor} ${share}` : "";
  if (fields.mask.value === value) return;
  fields.mask.value = value;
  fields.mask.dispatchEvent(new Event("input", { bubbles: true })); // price, plan and draft listen
}

wish.attach = async (data) => {
  data.delete("mask");
  if (!bench.isEmpty) data.set("mask", await bench.plane.png(), "mask.png");
};

async function findObject(place) {
  const { source, options } = bench;
  const { isErasing } = options;
  const data = new FormData();
  data.set("x", Math.max(0, Math.floor(place.x)));
  data.set("y", Math.max(0, Math.floor(place.y)));
  data.set("csrfmiddlewaretoken", wish.token);
  root.toggleAttribute("data-looking", true);
  clearNotice();
  announce(words.LOOKING);
  try {
    const answer = await fetch(`/sources/${source.id}/object`, { method: "POST", body: data });
    if (!answer.ok) {
      const { error } = await answer.json();
      notice("notice", error.message);
      announce(error.message);
      return;
    }
    const bytes = await levelsOf(await answer.blob());
    if (bench.source === source) bench.act((plane) => plane.merge(bytes, { isErasing }));
  } catch {
    notice("offline", words.NOT_REACHED);
  } finally {
    root.toggleAttribute("data-looking", false);
  }
}

// A grey picture's levels.
async function levelsOf(blob) {
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  return Uint8Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
}

// --- Tools and their settings --------------------------------------------------------------

function choose(name) {
  bench.choose(name);
  root.dataset.tool = name;
  document.querySelector(`[name=tool][value=${name}]`).checked = true;
}

function tellSettings() {
  const { options } = bench;
  options.size = bench.sizeOf(Number(find("brush-size").value));
  options.softness = Number(find("brush-softness").value) / 100;
  options.isErasing = find("mode-erase").checked;
  options.isWhole = find("fill-whole").checked;
  find("brush-size-now").textContent = `${options.size} px`;
  find("brush-size").setAttribute("aria-valuetext", `${options.size} pixels`);
  find("brush-softness-now").textContent = `${find("brush-softness").value} %`;
  bench.hand.refreshMark();
}

function turn(id, by) {
  const slider = find(id);
  slider.value = Number(slider.value) + by;
  tellSettings();
}

function setShown(isShown) {
  find("show-mask").setAttribute("aria-pressed", isShown);
  root.toggleAttribute("data-hidden-mask", !isShown);
  bench.show(isShown);
}

function byNumbers(isErasing) {
  const [x, y, w, h] = ["x", "y", "width", "height"].map((name) => find(`rectangle-${name}`).valueAsNumber || 0);
  if (w <= 0 || h <= 0) return;
  bench.act((plane) => plane.rectangle({ x, y }, { x: x + w, y: y + h }, { isErasing }));
}

const act = (change) => () => bench.isPainting && bench.act(change);
const invert = act((plane) => plane.invert());
const clear = act((plane) => plane.fill(0));
const undo = () => bench.isPainting && bench.undo();
const redo = () => bench.isPainting && bench.redo();
const toggleShown = () => setShown(!bench.isShown);
const help = () => find("help").showModal();

const CLICKS = {
  undo,
  redo,
  invert,
  clear,
  "show-mask": toggleShown,
  "open-help": help,
  "rectangle-add": () => byNumbers(false),
  "rectangle-erase": () => byNumbers(true),
};

const TOOL_KEYS = {
  b: "brush",
  e: "eraser",
  r: "rectangle",
  l: "lasso",
  f: "fill",
  o: "object",
  h: "hand",
};

const COMMANDS = {
  "[": () => turn("brush-size", -SIZE_STEP),
  "]": () => turn("brush-size", SIZE_STEP),
  "{": () => turn("brush-softness", -10),
  "}": () => turn("brush-softness", 10),
  i: invert,
  q: toggleShown,
  Delete: clear,
  Backspace: clear,
  "?": help,
  "Ctrl+z": undo,
  "Ctrl+Shift+z": redo,
  "Ctrl+y": redo,
  "Ctrl+Enter": () => find("wish").requestSubmit(),
};

function listen() {
  for (const [id, action] of Object.entries(CLICKS)) find(id).addEventListener("click", action);
  find("stage").addEventListener("input", tellSettings);
  find("stage").addEventListener("change", (event) => event.target.name === "tool" && choose(event.target.value));
  const pick = Object.entries(TOOL_KEYS).map(([key, name]) => [key, () => bench.isPainting && choose(name)]);
  listenForKeys(find("stage"), { tools: Object.fromEntries(pick), commands: COMMANDS });
  root.addEventListener("picture", (event) => open(event.detail));
  root.addEventListener("face", (event) => bench.setPainting(PAINTABLE.includes(event.detail)));
  find("wish").addEventListener("input", rememberSoon);
  addEventListener("pagehide", remember);
}

// --- What survives a reload ------------------------------------------------------------------

let timer = 0;

function remember() {
  clearTimeout(timer);
  if (!bench.steps) return;
  bench.remember(Object.fromEntries(KEPT.map((name) => [name, fields[name]?.value ?? ""])));
}

function rememberSoon() {
  clearTimeout(timer);
  const { source } = bench;
  timer = setTimeout(() => bench.source === source && remember(), KEEP_MS);
}

function restore(kept) {
  for (const [name, value] of Object.entries(kept)) if (fields[name] && value) fields[name].value = value;
  wish.touched();
}

// The same picture again (a result was put away) keeps its mask as it stands.
async function open(source) {
  if (!source) {
    bench.close();
    return;
  }
  if (bench.source?.id === source.id && bench.plane) return;
  const kept = await bench.open(source);
  if (bench.source !== source) return;
  for (const name of ["x", "width"]) find(`rectangle-${name}`).max = source.width;
  for (const name of ["y", "height"]) find(`rectangle-${name}`).max = source.height;
  tellSettings();
  if (kept && root.dataset.state === "ready" && !fields.prompt.value) restore(kept);
}

listen();
choose("brush");
tellSettings();
open(currentSource());
bench.setPainting(PAINTABLE.includes(root.dataset.state));
