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

if (tiles) tick();
