// What is seen of the mask: its colour over the picture, the brush's ring, the line being drawn.

import { united } from "./plane.js";

const SVG = "http://www.w3.org/2000/svg";
const COLOUR = [255, 0, 128]; // found in few photographs; what changed is shown in it too

const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
const LEVELS = Uint32Array.from({ length: 256 }, (_, alpha) => {
  const [r, g, b] = COLOUR;
  return isLittleEndian ? (alpha << 24) | (b << 16) | (g << 8) | r : (r << 24) | (g << 16) | (b << 8) | alpha;
});

export class Surface {
  #due = null;
  #frame = 0;

  constructor(frame, viewport, viewer) {
    this.frame = frame;
    this.viewport = viewport;
    this.viewer = viewer;
    this.canvas = Object.assign(document.createElement("canvas"), { className: "mask" });
    this.canvas.setAttribute("aria-hidden", "true");
    this.context = this.canvas.getContext("2d");
    this.draft = document.createElementNS(SVG, "svg");
    this.draft.setAttribute("class", "draft");
    this.draft.setAttribute("aria-hidden", "true");
    this.draft.setAttribute("preserveAspectRatio", "none");
    this.lines = ["halo", "line"].map((name) => {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", name);
      this.draft.append(path);
      return path;
    });
    this.ring = Object.assign(document.createElement("div"), { className: "ring", hidden: true });
    viewport.append(this.ring);
  }

  attach(plane) {
    this.plane = plane;
    this.canvas.width = plane.width;
    this.canvas.height = plane.height;
    this.draft.setAttribute("viewBox", `0 0 ${plane.width} ${plane.height}`);
    this.frame.append(this.canvas, this.draft);
    this.sketch([]);
    this.#due = null;
    this.changed(plane.whole);
  }

  detach() {
    this.canvas.remove();
    this.draft.remove();
    this.ring.hidden = true;
    this.plane = null;
  }

  // Part of the mask is another one: drawn with the screen's next frame.
  changed(rect) {
    if (!rect) return;
    this.#due = united(this.#due, rect);
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    if (!this.plane || !this.#due) return;
    const { x, y, w, h } = this.#due;
    this.#due = null;
    const { data, width } = this.plane;
    const image = new ImageData(w, h);
    const out = new Uint32Array(image.data.buffer);
    for (let row = 0, i = 0; row < h; row += 1)
      for (let at = (y + row) * width + x, end = at + w; at < end; at += 1, i += 1) out[i] = LEVELS[data[at]];
    this.context.putImageData(image, x, y);
  }

  // The outline that a rectangle or a lasso will have.
  sketch(points, { isClosed = true } = {}) {
    const path = points.map(({ x, y }, i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    for (const line of this.lines) line.setAttribute("d", path && isClosed ? `${path}Z` : path);
  }

  // The tool's mark at a place on the screen: a ring of the brush's size, or a cross.
  mark(clientX, clientY, diameter) {
    const box = this.viewport.getBoundingClientRect();
    const size = diameter ? Math.max(4, diameter * this.viewer.scale) : 0;
    this.ring.hidden = false;
    this.ring.classList.toggle("is-cross", !size);
    this.ring.style.width = this.ring.style.height = `${size || 24}px`;
    const half = (size || 24) / 2;
    this.ring.style.transform = `translate(${clientX - box.left - half}px, ${clientY - box.top - half}px)`;
  }

  unmark() {
    this.ring.hidden = true;
  }
}
