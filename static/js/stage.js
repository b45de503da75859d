// The pictures on the stage: yours, the moment's, the result, and what changed between them.

import { Compare } from "./compare.js";
import { Viewer } from "./viewer.js";
import * as words from "./words.js";

const BLUR_PX = 14;

const find = (id) => document.getElementById(id);

export class Stage {
  constructor(root) {
    this.root = root;
    this.frame = find("frame");
    this.compare = new Compare(this.frame, find("compare-template"));
    this.viewer = new Viewer(find("viewport"), this.frame, {
      onZoom: (isFitted, scale) => {
        find("zoom-level").textContent = isFitted ? words.FIT : `${Math.round(scale * 100)} %`;
      },
      onSlide: (clientX) => this.compare.isOn && this.compare.slideTo(clientX),
    });
  }

  // On a phone the picture may be scrolled away when something happens to it.
  bringIntoView() {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    find("stage").scrollIntoView({ block: "nearest", behavior: isCalm ? "auto" : "smooth" });
  }

  nameTag(name, width, height) {
    find("picture-name").textContent = name || words.PICTURE;
    find("picture-size").textContent = width ? `${width} × ${height}` : "";
  }

  // A file that has not arrived yet, if this browser can read it; rejects otherwise.
  async showLocal(file) {
    const url = URL.createObjectURL(file);
    try {
      const image = await this.#paint("local", url);
      this.nameTag(file.name, image.naturalWidth, image.naturalHeight);
      this.#place(image.naturalWidth, image.naturalHeight);
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  async showSource(source) {
    this.nameTag(source.name, source.width, source.height);
    this.frame.classList.toggle("has-alpha", source.has_alpha);
    await this.#paint("before", source.url, words.YOUR_PICTURE);
    this.#drop("local");
    this.#place(source.width, source.height);
  }

  // The picture of the moment: the further the edit, the clearer.
  async showPreview(url, part) {
    const image = await this.#paint("preview", url);
    image.style.filter = `blur(${(BLUR_PX * (1 - part) ** 1.5).toFixed(1)}px)`;
  }

  dropPreview() {
    this.#drop("preview");
  }

  async showResult(url) {
    await this.#paint("after", url, words.THE_RESULT);
  }

  startComparing({ isNew }) {
    this.compare.show();
    if (isNew) this.compare.wipe();
  }

  get showsChanges() {
    return this.frame.classList.contains("shows-changes");
  }

  async showChanges(url) {
    await this.#paint("changes", url, words.DIFFERENCES);
    this.frame.classList.add("shows-changes");
  }

  hideChanges() {
    this.frame.classList.remove("shows-changes");
    this.#drop("changes");
  }

  clearResult() {
    this.compare.hide();
    this.hideChanges();
    this.#drop("after", "preview");
  }

  clear() {
    this.clearResult();
    this.#drop("before", "local");
    this.viewer.clear();
    this.root.dataset.picture = "no";
  }

  #place(width, height) {
    this.root.dataset.picture = "yes";
    this.viewer.setSize(width, height);
  }

  // A picture takes its place only when it can be painted at once: nothing flickers.
  async #paint(name, url, alt = "") {
    const fresh = new Image();
    fresh.className = name;
    fresh.draggable = false;
    fresh.alt = alt;
    fresh.src = url;
    await fresh.decode();
    const old = this.frame.querySelector(`img.${name}`);
    if (old) old.replaceWith(fresh);
    else this.frame.append(fresh);
    return fresh;
  }

  #drop(...names) {
    for (const name of names) this.frame.querySelector(`img.${name}`)?.remove();
  }
}
