// The cells: one per file, and the list of those that cannot be used.

import * as words from "./words.js";

export class Grid {
  #cells = new Map(); // path → element
  #byId = new Map();

  constructor() {
    this.list = document.getElementById("cells");
    this.template = document.getElementById("cell-template");
    for (const cell of this.list.children) this.#keep(cell.dataset.name, cell);
    for (const row of this.#badRows()) this.#keep(row.dataset.name, row);
  }

  get count() {
    return this.#cells.size;
  }

  get ready() {
    return this.list.querySelectorAll('[data-face="ready"]').length;
  }

  // The same name and size is the same file; one that expired is wanted again.
  has(path, size) {
    const there = this.#cells.get(path);
    return Boolean(there) && Number(there.dataset.bytes) === size && !["gone", "sending"].includes(there.dataset.face);
  }

  isKnown(path) {
    return this.#cells.has(path);
  }

  add(path, size) {
    this.#cells.get(path)?.remove();
    const cell = this.template.content.firstElementChild.cloneNode(true);
    cell.dataset.name = path;
    cell.dataset.bytes = size;
    cell.querySelector(".cell-name").textContent = path.split("/").pop();
    cell.querySelector(".cell-name").title = path;
    cell.querySelector("[data-open]").textContent = path;
    cell.querySelector("[data-words]").textContent = words.SENDING;
    this.#cells.set(path, cell);
    this.list.append(cell);
  }

  // [id, face, words, picture, href, reason] as the server tells it.
  show(path, [id, face, told, picture, href, reason]) {
    const cell = this.#cells.get(path) ?? this.#byId.get(id);
    if (!cell) return;
    if (face === "bad") {
      this.refuse(cell.dataset.name, reason, id);
      return;
    }
    this.#byId.set(id, cell);
    cell.id = id;
    if (cell.dataset.face !== face) cell.dataset.face = face;
    const line = cell.querySelector("[data-words]");
    if (line.textContent !== told) line.textContent = told;
    cell.querySelector(".cell-words").title = reason;
    const link = cell.querySelector(".cell-picture");
    if (href) link.href = href;
    this.#picture(link, picture);
  }

  update(rows) {
    for (const row of rows) this.show(this.#byId.get(row[0])?.dataset.name, row);
  }

  refuse(path, reason, id = "") {
    const old = this.#cells.get(path);
    if (old?.parentElement?.id === "bad-list" && !id) return;
    old?.remove();
    const row = document.createElement("li");
    Object.assign(row.dataset, { name: path, bytes: old?.dataset.bytes ?? "" });
    row.id = id;
    for (const [tag, text] of [["b", path], ["span", reason]]) {
      const part = document.createElement(tag);
      part.textContent = text;
      row.append(part);
    }
    const list = document.getElementById("bad-list");
    list.append(row);
    this.#keep(path, row);
    document.getElementById("bad").hidden = false;
    document.querySelector("[data-bad-head]").textContent = words.bad(list.children.length);
  }

  drop(cell) {
    this.#cells.delete(cell.dataset.name);
    this.#byId.delete(cell.id);
    cell.remove();
  }

  #keep(path, element) {
    this.#cells.set(path, element);
    if (element.id) this.#byId.set(element.id, element);
  }

  #badRows() {
    return [...document.getElementById("bad-list").children];
  }

  #picture(link, url) {
    const image = link.querySelector("img");
    if (!url) return image?.remove();
    if (image?.getAttribute("src") === url) return undefined;
    const fresh = image ?? Object.assign(document.createElement("img"), { alt: "", loading: "lazy", decoding: "async" });
    fresh.src = url;
    if (!image) link.prepend(fresh);
    return undefined;
  }
}
