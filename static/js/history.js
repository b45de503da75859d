// Tiles of edits that are still on their way keep up to date by themselves.

import "./page.js";
import { load, swap } from "./parts.js";
import * as words from "./words.js";

const ASK_MS = 1500;
const tiles = document.getElementById("tiles");

async function refresh(tile) {
  const response = await fetch(tile.dataset.live, { cache: "no-store" });
  if (!response.ok) return response.status === 404;
  const edit = await response.json();
  if (edit.status !== "queued" && edit.status !== "running") return true;
  const { title, detail } = words.progress(edit);
  tile.querySelector("[data-live-text]").textContent = detail ? `${title}: ${detail}` : title;
  const { step, steps } = edit.progress;
  if (steps) Object.assign(tile.querySelector("progress"), { max: steps, value: step });
  return false;
}

async function tick() {
  const live = [...document.querySelectorAll("[data-live]")];
  if (!live.length) return;
  try {
    const ended = await Promise.all(live.map(refresh));
    if (ended.includes(true)) swap((await load(location.href)).html, tiles);
  } catch {
    // offline: asked again at the next tick
  }
  setTimeout(tick, ASK_MS);
}

// Selecting: the bar shows itself when there is something to do.

function tellSelected() {
  const bar = document.getElementById("selection");
  const all = tiles.querySelectorAll("[name=edit]");
  const count = [...all].filter((box) => box.checked).length;
  bar.classList.toggle("is-on", count > 0);
  document.getElementById("selected").textContent = words.selected(count);
  document.getElementById("select-all").hidden = count === all.length;
}

async function star(event) {
  const button = event.target.closest("[data-star]");
  if (!button) return;
  event.preventDefault();
  const isOn = button.getAttribute("aria-pressed") === "true";
  button.setAttribute("aria-pressed", !isOn);
  try {
    const response = await fetch(button.formAction, { method: "POST", body: new FormData(button.form) });
    if (!response.ok) throw new Error(response.statusText);
  } catch {
    button.setAttribute("aria-pressed", isOn); // as it was: nothing has changed
  }
}

if (tiles) {
  document.getElementById("select-all").addEventListener("click", () => {
    for (const box of tiles.querySelectorAll("[name=edit]")) box.checked = true;
    tellSelected();
  });
  tiles.addEventListener("change", tellSelected);
  tiles.addEventListener("click", star);
  tellSelected();
  tick();
}

// A filter is asked for as soon as it is chosen; words wait for Enter.
document.getElementById("finder")?.addEventListener("change", (event) => {
  if (event.target.matches("select, [type=date], [type=checkbox]")) event.currentTarget.requestSubmit();
});
