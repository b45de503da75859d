// The workspace: one picture, one wish, and whatever state the two are in.
//
// The server draws the page in any state of an edit, so a reload loses nothing. Script adds
// what a page cannot do by itself: upload with progress, follow the edit, compare and zoom.

import "./page.js";
import { follow } from "./follow.js";
import { listenForPictures } from "./incoming.js";
import { load, parse, stateOf, swap } from "./parts.js";
import { PlanLine } from "./plan.js";
import { Stage } from "./stage.js";
import { check, Refused, send } from "./upload.js";
import { WishForm } from "./wish.js";
import * as words from "./words.js";

const AGAIN_MS = 2000;

const find = (id) => document.getElementById(id);
export const root = find("workspace");
const setting = root.dataset;
const title = document.title;
export const stage = new Stage(root);
export const wish = new WishForm(find("wish"), { onSubmit: submit, onUnserved: sayUnserved });
new PlanLine(find("wish"), find("plan-line"));

let current = stateOf(document); // { edit, source }
let uploading = null; // AbortController of the upload under way
let isWaitingForPicture = false; // the wish was sent before the picture had arrived
let stopFollowing = () => {};

export const currentSource = () => current.source;
const pageOf = (edit) => setting.editUrl.replace("ID", edit.id);
const pageOfSource = (source) => `${setting.modelUrl.replace("SLUG", wish.model)}?source=${source.id}`;

// Whoever adds tools to the workspace hears which picture it shows, and in which face.
const tell = (name, detail) => root.dispatchEvent(new CustomEvent(name, { detail }));

// --- What is said ------------------------------------------------------------------------

const FACES = { queued: "waiting", running: "working", succeeded: "done" };

function faceOf({ edit, source }) {
  if (!edit) return source ? "ready" : "empty";
  if (edit.status === "succeeded" && !edit.result_url) return "expired";
  return FACES[edit.status] ?? edit.status;
}

const isActive = (edit) => edit?.status === "queued" || edit?.status === "running";

function setFace(face) {
  setting.state = face;
  tell("face", face);
}

export function announce(sentence) {
  if (find("announce").textContent !== sentence) find("announce").textContent = sentence;
}

export function notice(code, message, actions = []) {
  const box = find("notice-template").content.cloneNode(true);
  box.querySelector("[data-heading]").textContent = words.heading(code);
  box.querySelector("[data-message]").textContent = message;
  box.querySelector(".safe").hidden = !words.mayCost(code) || message.includes("charged");
  box.querySelector(".actions").append(...actions);
  find("notice").replaceChildren(box);
  find("notice").scrollIntoView({ block: "nearest" });
}

export function clearNotice() {
  find("notice").replaceChildren();
}

function tellProgress({ title: heading, detail }, value = null, max = 1) {
  find("status-title").textContent = heading;
  find("status-detail").textContent = detail;
  const bar = find("status-bar");
  if (value === null) bar.removeAttribute("value");
  else Object.assign(bar, { max, value });
}

// Draw what we have, after a reload or when an upload came to nothing.
function render() {
  const { edit, source } = current;
  setFace(faceOf(current));
  if (!source) {
    stage.clear();
    tell("picture", null);
    return;
  }
  wish.setSource(source.id);
  stage.showSource(source).catch(() => {});
  tell("picture", source);
  if (isActive(edit)) watch(edit);
  else if (edit?.result_url) stage.showResult(edit.result_url).then(() => showDone(), () => {});
}

function showDone({ isNew = false } = {}) {
  const { changed } = current.edit.frame;
  find("changed-share").textContent = changed === null ? "" : words.share(changed);
  find("toggle-changes").setAttribute("aria-pressed", "false");
  wish.setDone(true);
  stage.startComparing({ isNew });
}

// --- Upload ------------------------------------------------------------------------------

async function take(file) {
  clearNotice();
  try {
    await check(file, Number(setting.bytesMax));
  } catch (refusal) {
    notice(refusal.code, refusal.message);
    return;
  }
  uploading?.abort();
  stopFollowing();
  const mine = new AbortController();
  uploading = mine;
  showUpload(file);
  try {
    const source = await send(file, uploadOptions(mine.signal));
    if (uploading === mine) await arrived(source);
  } catch (refusal) {
    if (uploading === mine) uploadEnded(refusal);
  }
}

function uploadOptions(signal) {
  const onBytes = (sent, total) => {
    if (signal.aborted) return;
    if (sent < total) {
      const detail = `${words.bytes(sent)} of ${words.bytes(total)}`;
      tellProgress({ title: words.UPLOADING, detail }, sent, total);
      return;
    }
    setFace("checking");
    tellProgress({ title: words.CHECKING_PICTURE, detail: "" });
    announce(words.CHECKING_PICTURE);
  };
  return { url: setting.sourcesUrl, token: wish.token, signal, onBytes };
}

// The picture appears at once if this browser can read it; otherwise when it comes back.
function showUpload(file) {
  setFace("uploading");
  tellProgress({ title: words.UPLOADING, detail: words.bytes(file.size) }, 0);
  announce(words.UPLOADING);
  stage.clear();
  tell("picture", null);
  stage.nameTag(file.name);
  stage.bringIntoView();
  stage.showLocal(file).catch(() => {});
}

async function arrived(source) {
  const verb = current.edit ? "pushState" : "replaceState";
  current = { edit: null, source };
  history[verb](null, "", pageOfSource(source));
  await stage.showSource(source);
  uploading = null;
  wish.setSource(source.id);
  tell("picture", source);
  setFace("ready");
  announce(words.PICTURE_READY);
  if (!isWaitingForPicture) return;
  isWaitingForPicture = false;
  submit();
}

function uploadEnded(refusal) {
  uploading = null;
  isWaitingForPicture = false;
  wish.setNote("");
  stage.clear();
  render();
  if (refusal instanceof Refused) notice(refusal.code, refusal.message);
  else if (refusal.name !== "AbortError") throw refusal;
}

// A result on the front page is an invitation: the same picture, with the words that made it.
function trySample(event) {
  const link = event.target.closest("[data-sample-wish]");
  if (!link) return;
  event.preventDefault();
  wish.write(link.dataset.sampleWish);
  stage.bringIntoView();
  takeSample().catch(() => notice("offline", words.NOT_REACHED));
}

async function takeSample() {
  const response = await fetch(setting.sampleUrl);
  await take(new File([await response.blob()], "sample.webp", { type: "image/webp" }));
}

// Continue from the result: the server makes it a picture like any other, in the same line of versions.
async function continueFrom(form) {
  const headers = { Accept: "application/json" };
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
  const told = await answer.json();
  if (!answer.ok) {
    notice(told.error.code, told.error.message);
    return;
  }
  stopFollowing();
  clearNotice();
  wish.clear();
  stage.clearResult();
  await arrived(told);
  swap((await load(location.href)).html);
  wish.focusPrompt();
  stage.bringIntoView();
}

// Back from a result to the picture it was made from, with the same wish.
function reopen() {
  const { source } = current;
  stopFollowing();
  current = { edit: null, source };
  history.pushState(null, "", pageOfSource(source));
  stage.clearResult();
  wish.setDone(false);
  tell("picture", source);
  setFace("ready");
}

// --- The edit ----------------------------------------------------------------------------

async function submit() {
  if (uploading) {
    isWaitingForPicture = true;
    wish.setNote(words.STARTS_LATER);
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
    const response = await fetch(setting.editsUrl, { method: "POST", body: await wish.data() });
    const answer = await response.json();
    if (response.ok) begin(answer);
    else refused(answer.error);
  } catch {
    notice("offline", words.NOT_ASKED);
  } finally {
    wish.setSending(false);
  }
}

function refused({ code, message }) {
  setFace(faceOf(current));
  notice(code, message, code === "model_unavailable" ? wish.otherModels() : []);
  if (code === "instruction_not_supported" || code === "prompt_too_long") wish.focusPrompt();
}

function sayUnserved(name) {
  notice("model_unavailable", words.unserved(name), wish.otherModels());
}

// Show an edit that has just been accepted.
function begin(edit) {
  history.pushState(null, "", pageOf(edit));
  current = { ...current, edit };
  find("asked").textContent = wish.asked;
  wish.setDone(false);
  stage.clearResult();
  watch(edit);
  redraw(edit, () => isActive(current.edit)).catch(() => {}); // it is drawn anew when it ends
  stage.bringIntoView();
}

// Take the server's drawing of this edit's page, unless the world has moved on meanwhile.
async function redraw(edit, isStillTrue = () => true) {
  const { html } = await load(pageOf(edit));
  if (current.edit?.id !== edit.id || uploading || !isStillTrue()) return null;
  return swap(html);
}

function watch(edit) {
  stopFollowing();
  stopFollowing = follow(edit.url, heard);
  heard(edit);
}

function heard(edit) {
  if (uploading) return;
  current.edit = edit;
  if (!isActive(edit)) {
    finish(edit);
    return;
  }
  setFace(faceOf(current));
  const saying = words.progress(edit);
  const { step, steps } = edit.progress;
  const isCounting = edit.status === "running" && steps > 0;
  tellProgress(saying, isCounting ? step : null, steps || 1);
  announce(saying.title);
  document.title = `${isCounting ? `${Math.round((100 * step) / steps)} %` : saying.title} · ${title}`;
  if (edit.preview_url) showPreview(edit.preview_url, isCounting ? step / steps : 0);
}

async function showPreview(url, part) {
  await stage.showPreview(url, part).catch(() => {}); // it may have ended meanwhile
  if (!isActive(current.edit)) stage.dropPreview();
}

async function finish(edit) {
  stopFollowing();
  if (edit.result_url) await stage.showResult(edit.result_url).catch(() => {});
  let page = null;
  try {
    page = await redraw(edit);
  } catch {
    setTimeout(() => current.edit?.id === edit.id && finish(edit), AGAIN_MS);
  }
  if (!page) return;
  current = stateOf(page);
  document.title = title;
  stage.dropPreview();
  setFace(faceOf(current));
  if (current.edit.result_url) showDone({ isNew: true });
  announce(words.ENDED[edit.status] ?? "");
}

// A form whose answer is the page of an edit: go there without leaving this one.
async function sendQuietly(form) {
  const { html } = await load(form.action, { method: "POST", body: new FormData(form) });
  const { edit } = stateOf(parse(html));
  swap(edit ? (await load(pageOf(edit))).html : html);
  if (edit && edit.id !== current.edit?.id) begin(edit);
}

async function toggleChanges() {
  if (stage.showsChanges) stage.hideChanges();
  else await stage.showChanges(`${current.edit.url}changes`);
  find("toggle-changes").setAttribute("aria-pressed", stage.showsChanges);
}

// --- What a person does ------------------------------------------------------------------

const ACTIONS = {
  "[data-zoom=in]": () => stage.viewer.zoomBy(1.5),
  "[data-zoom=out]": () => stage.viewer.zoomBy(1 / 1.5),
  "[data-zoom=toggle]": () => stage.viewer.toggle(),
  "#toggle-changes": toggleChanges,
  "#use-sample": takeSample,
  "#change-picture": () => find("image").click(),
  "#cancel-upload": () => uploading?.abort(),
  "#reopen": reopen,
  "#to-mask-editor": () => find("to-mask-editor").search = new URLSearchParams({ model: wish.model, source: current.source.id }),
};

function listen() {
  root.addEventListener("click", (event) => {
    const found = Object.keys(ACTIONS).find((selector) => event.target.closest(selector));
    if (found) Promise.resolve(ACTIONS[found]()).catch(() => notice("offline", words.NOT_REACHED));
  });
  root.addEventListener("submit", (event) => {
    const send = event.target.matches("[data-continue]") ? continueFrom : sendQuietly;
    if (!event.target.matches("[data-quiet]")) return;
    event.preventDefault();
    send(event.target).catch(() => notice("offline", words.NOT_ASKED));
  });
  document.querySelector(".samples")?.addEventListener("click", trySample);
  const reveal = ({ target }) => target.open && target.scrollIntoView({ block: "nearest" });
  root.addEventListener("toggle", reveal, true);
  addEventListener("popstate", () => location.reload());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  addEventListener("beforeunload", (event) => uploading && event.preventDefault());
  addEventListener("online", () => isActive(current.edit) && watch(current.edit));
}

// A fresh server answers before its worker is ready: look again until it is.
function waitForModel() {
  if (setting.served === "yes") return;
  setTimeout(async () => {
    const answer = await fetch(setting.readyUrl).then((response) => response.json(), () => ({}));
    if (answer.engines?.includes(setting.engine)) {
      setting.served = "yes";
      swap((await load(location.href)).html);
      wish.setServed(answer.engines);
    } else waitForModel();
  }, AGAIN_MS);
}

listenForPictures(take);
listen();
render();
waitForModel();
