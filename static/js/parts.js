// Pages are drawn by the server. A part that changed is taken from a fresh copy of its page.

import { localTimes } from "./page.js";

export const parse = (html) => new DOMParser().parseFromString(html, "text/html");

export function swap(html, into = document) {
  const fresh = parse(html);
  for (const old of into.querySelectorAll("[data-part]")) {
    const part = fresh.querySelector(`[data-part="${CSS.escape(old.dataset.part)}"]`);
    if (part) old.replaceWith(document.adoptNode(part));
  }
  localTimes();
  return fresh;
}

export async function load(url, options = {}) {
  const response = await fetch(url, { headers: { Accept: "text/html" }, ...options });
  if (!response.ok) throw new Error(`${response.status}`);
  return { url: response.url, html: await response.text() };
}

export const stateOf = (page) => JSON.parse(page.getElementById("state").textContent);
