// A batch from the first file to the last result. Everything that counts is on the server.

import { localTimes } from "../page.js";
import { load, swap } from "../parts.js";
import { PlanLine } from "../plan.js";
import * as folder from "./folder.js";
import { Grid } from "./grid.js";
import { Sender } from "./sender.js";
import * as words from "./words.js";

const ASK_MS = 1500;
const ASK_MS_MAX = 8000;
const TYPING_MS = 500;
const DEAL_MS = 2000; // while files arrive, the price is asked for this often

const bench = document.getElementById("bench");
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
const grid = new Grid();
const sender = new Sender({
  token,
  bytesMax: Number(bench.dataset.bytesMax),
  on: {
    file: (item, { file }) => grid.show(item.path, file),
    refused: (item, message) => grid.refuse(item.path, message),
    lost: (item) => grid.refuse(item.path, words.UNREADABLE),
    stopped: () => announce(words.STOPPED, true),
    change: tellSending,
  },
});
let typing = 0;
let wasBusy = false;
let dealtAt = 0;
let opening = null; // the promise of a batch that is being opened

const post = (url, data) =>
  fetch(url, { method: "POST", headers: { "X-CSRFToken": token, Accept: "application/json" }, body: data });

function announce(sentence, isWrong = false) {
  document.getElementById("announce").textContent = sentence;
  let line = document.getElementById("told");
  if (!line) {
    line = Object.assign(document.createElement("p"), { id: "told", className: "told" });
    document.getElementById("sending").after(line);
  }
  line.textContent = sentence;
  line.classList.toggle("is-wrong", isWrong);
}

// Sending

async function open(items) {
  const data = new FormData();
  data.set("folder", folder.nameOf(items));
  data.set("announced", grid.count);
  if (bench.dataset.batch) {
    await post(`${bench.dataset.url}announce`, data);
    return;
  }
  const response = await post(bench.dataset.newUrl, data);
  if (response.status !== 201) throw new Error(`${response.status}`);
  const { id, url } = await response.json();
  bench.dataset.batch = id;
  bench.dataset.url = url;
  history.replaceState(null, "", url);
  await save(); // what was typed before the first file came
  swap((await load(url)).html);
  dress();
}

async function take(items) {
  if (!items.length) return announce(words.NOTHING);
  if (opening) await opening.catch(() => {});
  const wanted = items.filter(({ file, path }) => !grid.has(path, file.size));
  const room = Number(bench.dataset.filesMax) - grid.count;
  const fresh = [];
  let left = 0;
  for (const item of wanted) {
    if (grid.isKnown(item.path) || fresh.length < room) fresh.push(item);
    else left += 1;
  }
  const known = items.length - wanted.length;
  if (left) announce(words.leftOut(Number(bench.dataset.filesMax), left), true);
  else if (known) announce(words.known(known));
  if (!fresh.length) return forgetMissing();
  for (const { file, path } of fresh) grid.add(path, file.size);
  bench.dataset.filled = "yes";
  opening = open(items);
  try {
    await opening;
  } catch {
    return announce(words.NOT_OPENED, true);
  }
  forgetMissing();
  sender.add(fresh, `${bench.dataset.url}files`);
  return undefined;
}

function forgetMissing() {
  document.getElementById("missing")?.remove();
}

function tellSending() {
  const box = document.getElementById("sending");
  const { done, all } = sender;
  box.hidden = !sender.isBusy;
  if (sender.isBusy) {
    const say = sender.isPaused ? words.paused : sender.isWaiting ? words.waiting : words.sending;
    document.getElementById("sending-title").textContent = say(done, all);
    document.getElementById("sending-detail").textContent = words.sent(sender.sentBytes, sender.allBytes);
    Object.assign(document.getElementById("sending-bar"), { max: sender.allBytes || 1, value: sender.sentBytes });
  }
  document.getElementById("count").textContent = grid.ready ? words.ready(grid.ready) : "";
  bench.toggleAttribute("data-sending", sender.isBusy);
  for (const button of document.querySelectorAll('#deal [form="wish"]'))
    if (sender.isBusy) button.disabled = true;
  if (sender.isBusy && grid.ready && performance.now() - dealtAt > DEAL_MS) save();
  if (wasBusy && !sender.isBusy) {
    announce(words.arrived(done));
    save();
  }
  wasBusy = sender.isBusy;
}

function togglePause() {
  if (sender.isPaused) sender.resume();
  else sender.pause();
  const button = document.getElementById("pause");
  button.textContent = sender.isPaused ? words.RESUME : words.PAUSE;
  button.setAttribute("aria-pressed", sender.isPaused);
}

// The wish: kept as it is typed, answered with what it costs

async function save() {
  clearTimeout(typing);
  const form = document.getElementById("wish");
  if (!form || !bench.dataset.batch) return;
  dealtAt = performance.now();
  try {
    const response = await post(`${bench.dataset.url}wish`, new FormData(form));
    if (!response.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("#deal");
    document.getElementById("deal").replaceWith(document.adoptNode(fresh));
    if (sender.isBusy) tellSending();
  } catch {
    // offline: sent again with the next change, and with the start
  }
}

function changed(event) {
  if (event.target.form?.id !== "wish") return;
  const { name, dataset } = event.target;
  if (name === "model") {
    document.getElementById("model-now").textContent = dataset.name;
    document.getElementById("quality-fold").hidden = dataset.qualities !== "yes";
  }
  if (name === "quality") document.getElementById("quality-now").textContent = dataset.name;
  clearTimeout(typing);
  typing = setTimeout(save, TYPING_MS);
}

async function remove(event) {
  const form = event.target.closest(".cell-remove");
  if (!form) return;
  event.preventDefault();
  const response = await post(form.action, new FormData(form)).catch(() => null);
  if (!response?.ok) return;
  const cell = form.closest(".cell");
  const next = cell.nextElementSibling ?? cell.previousElementSibling;
  grid.drop(cell);
  next?.querySelector("button")?.focus();
  tellSending();
  save();
}

// Following

async function follow(wait = ASK_MS) {
  if (bench.dataset.live !== "yes") return;
  let next = ASK_MS;
  try {
    const response = await fetch(`${bench.dataset.url}status`, { cache: "no-store" });
    if (response.status === 404) return;
    if (!response.ok) throw new Error(response.statusText);
    const state = await response.json();
    grid.update(state.files);
    const headline = document.getElementById("headline");
    if (headline.textContent !== state.head) headline.textContent = state.head;
    Object.assign(document.getElementById("how-far"), { max: state.asked, value: state.ended });
    if (state.is_over) {
      bench.dataset.live = "no";
      swap((await load(location.href)).html, bench);
      announce(state.head);
      return;
    }
  } catch {
    next = Math.min(wait * 2, ASK_MS_MAX);
  }
  setTimeout(() => follow(next), next);
}

function dress() {
  const form = document.getElementById("wish");
  const line = document.getElementById("plan-line");
  if (form && line) new PlanLine(form, line);
  localTimes();
}

bench.addEventListener("input", changed);
bench.addEventListener("submit", remove);
document.getElementById("pause").addEventListener("click", togglePause);
folder.listen(take);
dress();
follow();
