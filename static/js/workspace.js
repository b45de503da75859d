// The workspace: one picture, one wish, and whatever state the two are in.
//
// The server draws the page in any state of an edit, so a reload loses nothing. Script adds
// what a page cannot do by itself: upload with progress, follow the edit, compare and zoom.

import "./offline.js";
import { Compare } from "./compare.js";
import { follow } from "./follow.js";
import { load, stateOf, swap } from "./parts.js";
import { check, Refused, send } from "./upload.js";
import { Viewer } from "./viewer.js";
import * as words from "./words.js";
import { WishForm } from "./wish.js";

const find = (id) => document.getElementById(id);
const root = find("workspace");
const setting = root.dataset;
const frame = find("frame");
const title = document.title;

let current = stateOf(document); // { edit, source }
let uploading = null; // AbortController of the upload under way
let isWaitingForPicture = false; // the wish was sent before the picture had arrived
let stopFollowing = () => {};

const compare = new Compare(frame, find("compare-template"));
const viewer = new Viewer(find("viewport"), frame, {
  onZoom: (isFitted, scale) => {
    find("zoom-level").textContent = isFitted ? "Fit" : `${Math.round(scale * 100)} %`;
  },
  onSlide: (clientX) => compare.isOn && compare.slideTo(clientX),
});
const wish = new WishForm(find("wish"), { onSubmit: submit });

// --- What is shown -----------------------------------------------------------------------

const STAGES = { queued: "waiting", running: "working", succeeded: "done" };

function stageOf({ edit, source }) {
  if (!edit) return source ? "ready" : "empty";
  if (edit.status === "succeeded" && !edit.result_url) return "expired";
  return STAGES[edit.status] ?? edit.status;
}

function setStage(stage) {
  setting.state = stage;
  wish.setBusy(stage === "waiting" || stage === "working");
}

function announce(sentence) {
  if (find("announce").textContent !== sentence) find("announce").textContent = sentence;
}

function notice(code, message, actions = []) {
  const box = find("notice-template").content.cloneNode(true);
  box.querySelector("[data-heading]").textContent = words.heading(code);
  box.querySelector("[data-message]").textContent = message;
  box.querySelector(".actions").append(...actions);
  document.querySelector("[data-part=notice]").replaceChildren(box);
}

function clearNotice() {
  document.querySelector("[data-part=notice]").replaceChildren();
}

function status(words_, value = null, max = 1) {
  find("status-title").textContent = words_.title;
  find("status-detail").textContent = words_.detail;
  const bar = find("status-bar");
  if (value === null) bar.removeAttribute("value");
  else Object.assign(bar, { max, value });
}

// --- Layers of the picture ---------------------------------------------------------------

function layer(name) {
  let image = frame.querySelector(`img.${name}`);
  if (!image) {
    image = new Image();
    image.className = name;
    image.draggable = false;
    image.alt = "";
    frame.querySelector(`img.after`)?.before(image);
    if (!image.isConnected) frame.append(image);
  }
  return image;
}

const dropLayers = (...names) => names.forEach((name) => frame.querySelector(`img.${name}`)?.remove());

// Put a picture into a layer only when it can be painted at once: nothing flickers.
async function paint(name, url, alt = "") {
  const fresh = new Image();
  fresh.src = url;
  await fresh.decode();
  const image = layer(name);
  image.src = url;
  image.alt = alt;
  return fresh;
}

function nameTag(name, width, height) {
  find("picture-name").textContent = name || "Picture";
  find("picture-size").textContent = width ? `${width} × ${height}` : "";
}

async function showSource(source) {
  nameTag(source.name, source.width, source.height);
  frame.classList.toggle("has-alpha", source.has_alpha);
  await paint("before", source.url, "Your picture");
  setting.picture = "yes";
  viewer.setSize(source.width, source.height);
}

function clearResult() {
  compare.hide();
  showChanges(false);
  dropLayers("after", "preview", "changes");
}

// --- Upload ------------------------------------------------------------------------------

async function take(file) {
  clearNotice();
  try {
    await check(file, Number(setting.bytesMax));
  } catch (refusal) {
    return refuse(refusal);
  }
  uploading?.abort();
  stopFollowing();
  const mine = new AbortController();
  uploading = mine;
  showLocally(file, mine.signal);
  try {
    await arrived(await send(file, uploadOptions(file, mine.signal)), mine);
  } catch (refusal) {
    if (uploading === mine) uploading = null;
    else return undefined; // another picture took its place
    isWaitingForPicture = false;
    if (refusal instanceof Refused) refuse(refusal);
    else if (refusal.name !== "AbortError") throw refusal;
    render();
  }
  return undefined;
}

function uploadOptions(file, signal) {
  return {
    url: setting.sourcesUrl,
    token: wish.token,
    signal,
    onBytes: (sent, total) => {
      if (signal.aborted) return;
      if (sent >= total) {
        setStage("checking");
        status({ title: "Checking the picture", detail: "" });
        announce("Checking the picture");
      } else {
        status({ title: "Uploading", detail: `${words.bytes(sent)} of ${words.bytes(total)}` }, sent, total);
      }
    },
  };
}

// The picture appears at once if this browser can read it; otherwise when it comes back.
async function showLocally(file, signal) {
  setStage("uploading");
  status({ title: "Uploading", detail: words.bytes(file.size) }, 0);
  announce("Uploading");
  clearResult();
  dropLayers("before");
  viewer.clear();
  nameTag(file.name);
  setting.picture = "no";
  const url = URL.createObjectURL(file);
  try {
    const image = await paint("local", url);
    if (signal.aborted || !uploading) return;
    nameTag(file.name, image.naturalWidth, image.naturalHeight);
    setting.picture = "yes";
    viewer.setSize(image.naturalWidth, image.naturalHeight);
  } catch {
    dropLayers("local");
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function arrived(source, mine) {
  if (uploading !== mine) return;
  const fromEdit = current.edit !== null;
  current = { edit: null, source };
  const url = `${setting.modelUrl.replace("SLUG", wish.model)}?source=${source.id}`;
  history[fromEdit ? "pushState" : "replaceState"](null, "", url);
  await showSource(source);
  dropLayers("local");
  uploading = null;
  setStage("ready");
  wish.setSource(source.id);
  announce("The picture is ready");
  if (isWaitingForPicture) {
    isWaitingForPicture = false;
    submit();
  }
}

function refuse(refusal) {
  notice(refusal.code, refusal.message);
}

async function takeSample() {
  const response = await fetch(setting.sampleUrl);
  await take(new File([await response.blob()], "sample.webp", { type: "image/webp" }));
}

// --- The edit ----------------------------------------------------------------------------

async function submit() {
  if (uploading) {
    isWaitingForPicture = true;
    wish.setNote("It starts as soon as the picture is here.");
    return;
  }
  if (!current.source) {
    notice("notice", words.CHOOSE_FIRST);
    find("image").click();
    return;
  }
  clearNotice();
  wish.setSending(true);
  try {
    const response = await fetch(setting.editsUrl, { method: "POST", body: wish.data() });
    const answer = await response.json();
    if (response.ok) await begin(answer);
    else editRefused(answer.error);
  } catch {
    notice("offline", words.NOT_ASKED);
  } finally {
    wish.setSending(false);
  }
}

function editRefused({ code, message }) {
  notice(code, message, code === "model_unavailable" ? wish.otherModels() : []);
  setStage(stageOf(current));
  if (code === "instruction_not_supported" || code === "prompt_too_long") wish.focusPrompt();
}

// Show an edit that has just been accepted.
async function begin(edit) {
  history.pushState(null, "", edit.url);
  current = { ...current, edit };
  clearResult();
  watch(edit);
  swap((await load(edit.url)).html);
}

function watch(edit) {
  stopFollowing();
  heard(edit);
  stopFollowing = follow(edit.url, heard);
}

function heard(edit) {
  current.edit = edit;
  if (edit.status !== "queued" && edit.status !== "running") {
    finish(edit);
    return;
  }
  setStage(stageOf(current));
  const saying = words.progress(edit);
  const { step, steps } = edit.progress;
  const isCounting = edit.status === "running" && steps > 0;
  status(saying, isCounting ? step : null, steps || 1);
  announce(saying.title);
  document.title = isCounting ? `${Math.round((100 * step) / steps)} % · ${title}` : `${saying.title} · ${title}`;
  if (edit.preview_url) preview(edit.preview_url, isCounting ? step / steps : 0);
}

// The picture of the moment: the further the edit, the clearer.
async function preview(url, part) {
  try {
    await paint("preview", url);
  } catch {
    return; // it ended meanwhile
  }
  if (current.edit?.status === "running") layer("preview").style.filter = `blur(${(14 * (1 - part) ** 1.5).toFixed(1)}px)`;
  else dropLayers("preview");
}

async function finish(edit) {
  stopFollowing();
  if (edit.result_url) await paint("after", edit.result_url, "The result");
  const { html } = await load(edit.url);
  if (current.edit?.id !== edit.id) return;
  const page = swap(html);
  current = stateOf(page);
  document.title = title;
  dropLayers("preview");
  render({ isNew: true });
  announce(words.ENDED[edit.status] ?? "");
}

// --- Render what we have -----------------------------------------------------------------

function render({ isNew = false } = {}) {
  const { edit, source } = current;
  const stage = stageOf(current);
  setStage(stage);
  if (!source) {
    setting.picture = "no";
    viewer.clear();
    return;
  }
  wish.setSource(source.id);
  if (!isNew) showSource(source).catch(() => {});
  if (stage === "done") renderResult(edit, isNew);
}

async function renderResult(edit, isNew) {
  wish.setDone(true);
  find("changed-share").textContent = edit.frame.changed === null ? "" : words.share(edit.frame.changed);
  if (!isNew) await paint("after", edit.result_url, "The result").catch(() => {});
  compare.show();
  if (isNew) compare.wipe();
}

async function showChanges(isOn) {
  find("toggle-changes").setAttribute("aria-pressed", isOn);
  frame.classList.toggle("shows-changes", isOn);
  if (!isOn) return dropLayers("changes");
  await paint("changes", `${current.edit.url}changes`, "Where the result differs from your picture");
  return undefined;
}

// --- What a person does ------------------------------------------------------------------

function firstPicture(transfer) {
  const files = [...(transfer?.files ?? [])];
  return files.find((file) => file.type.startsWith("image/")) ?? files[0];
}

function hasFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}

function listenForPictures() {
  for (const id of ["image", "camera"])
    find(id).addEventListener("change", (event) => {
      const [file] = event.target.files;
      event.target.value = ""; // the same file may be chosen again
      if (file) take(file);
    });
  addEventListener("paste", (event) => {
    const file = firstPicture(event.clipboardData);
    if (!file) return;
    event.preventDefault();
    take(file);
  });
  let depth = 0;
  const over = (isOver) => {
    depth = isOver ? depth : 0;
    find("drop-overlay").hidden = !isOver;
  };
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    over(true);
  });
  addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth -= 1;
    if (depth <= 0) over(false);
  });
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    over(false);
    const file = firstPicture(event.dataTransfer);
    if (file) take(file);
  });
}

// Continue from the result: it becomes a picture like any other.
async function continueFromResult() {
  const { edit, source } = current;
  const blob = await (await fetch(edit.result_url)).blob();
  wish.clear();
  await take(new File([blob], source.name || "picture", { type: blob.type }));
  wish.focusPrompt();
}

// A form whose answer is the page of an edit: go there without leaving this one.
async function sendQuietly(form) {
  const { url, html } = await load(form.action, { method: "POST", body: new FormData(form) });
  const page = swap(html);
  const { edit } = stateOf(page);
  if (!edit || edit.id === current.edit?.id) return;
  history.pushState(null, "", url);
  current = { ...current, edit };
  clearResult();
  watch(edit);
}

function listenForActions() {
  root.addEventListener("click", (event) => {
    const zoom = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (zoom === "in") viewer.zoomBy(1.5);
    else if (zoom === "out") viewer.zoomBy(1 / 1.5);
    else if (zoom === "toggle") viewer.toggle();
    else if (event.target.closest("#toggle-changes")) showChanges(!frame.classList.contains("shows-changes"));
    else if (event.target.closest("#use-sample")) takeSample();
    else if (event.target.closest("#cancel-upload")) uploading?.abort();
    else if (event.target.closest("#continue")) continueFromResult();
  });
  root.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-quiet]")) return;
    event.preventDefault();
    sendQuietly(event.target).catch(() => notice("offline", words.NOT_ASKED));
  });
  addEventListener("popstate", () => location.reload());
  addEventListener("beforeunload", (event) => {
    if (uploading) event.preventDefault();
  });
  addEventListener("online", () => {
    if (current.edit && ["waiting", "working"].includes(setting.state)) watch(current.edit);
  });
}

// A fresh server answers before its worker is ready: look again until it is.
function waitForModel() {
  if (setting.served === "yes") return;
  setTimeout(async () => {
    try {
      const { engines = [] } = await (await fetch(setting.readyUrl)).json();
      if (engines.includes(setting.engine)) {
        setting.served = "yes";
        swap((await load(location.href)).html);
        wish.setServed(engines);
        return;
      }
    } catch {
      // asked again below
    }
    waitForModel();
  }, 2000);
}

listenForPictures();
listenForActions();
render();
if (["waiting", "working"].includes(setting.state)) watch(current.edit);
waitForModel();
