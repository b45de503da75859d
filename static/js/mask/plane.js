// The mask: one byte for each of the picture's pixels, 255 = may change. Every change answers
// with the rectangle it touched, or null.

const THROUGH = 200; // a fill stops where at least this much is painted

// The part of a rectangle that lies within the plane; null if none does.
function clipped({ width, height }, left, top, right, bottom) {
  const x = Math.max(0, Math.floor(left));
  const y = Math.max(0, Math.floor(top));
  const w = Math.min(width, Math.ceil(right)) - x;
  const h = Math.min(height, Math.ceil(bottom)) - y;
  return w > 0 && h > 0 ? { x, y, w, h } : null;
}

export function united(one, other) {
  if (!one || !other) return one ?? other;
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  const w = Math.max(one.x + one.w, other.x + other.w) - x;
  const h = Math.max(one.y + one.h, other.y + other.h) - y;
  return { x, y, w, h };
}

export class Plane {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.data = new Uint8Array(width * height);
  }

  get whole() {
    return { x: 0, y: 0, w: this.width, h: this.height };
  }

  // How much of the picture is painted, 0 to 1.
  share() {
    let sum = 0;
    for (const value of this.data) sum += value;
    return sum / 255 / this.data.length;
  }

  // The stroke of a round brush from one place to the next; radii may differ, as with a pen.
  // Strokes never add up: a place is as painted as the brush's middle came near.
  stroke(from, to, { softness, isErasing }) {
    const most = Math.max(from.r, to.r) + 1;
    const rect = clipped(
      this,
      Math.min(from.x, to.x) - most,
      Math.min(from.y, to.y) - most,
      Math.max(from.x, to.x) + most,
      Math.max(from.y, to.y) + most,
    );
    if (!rect) return null;
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const length2 = dx * dx + dy * dy;
    const { data, width } = this;
    const full = isErasing ? 0 : 255;
    for (let y = rect.y; y < rect.y + rect.h; y += 1) {
      const py = y + 0.5 - from.y;
      for (let x = rect.x; x < rect.x + rect.w; x += 1) {
        if (data[y * width + x] === full) continue; // most of what a large brush goes over
        const px = x + 0.5 - from.x;
        const t = length2 ? Math.min(Math.max((px * dx + py * dy) / length2, 0), 1) : 0;
        const r = from.r + (to.r - from.r) * t;
        const ex = px - dx * t;
        const ey = py - dy * t;
        const d2 = ex * ex + ey * ey;
        const reach = r + 0.5;
        if (d2 >= reach * reach) continue;
        const band = Math.max(1, r * softness); // a hard brush still has a smooth edge
        const core = reach - band;
        let cover = 255;
        if (core < 0 || d2 > core * core) {
          const part = Math.min(1, (reach - Math.sqrt(d2)) / band);
          cover = Math.round(255 * (softness ? part * part * (3 - 2 * part) : part));
        }
        const at = y * width + x;
        if (isErasing) {
          if (255 - cover < data[at]) data[at] = 255 - cover;
        } else if (cover > data[at]) data[at] = cover;
      }
    }
    return rect;
  }

  // Whole pixels between two corners, sharp.
  rectangle(from, to, { isErasing }) {
    const [left, right] = [from.x, to.x].map(Math.round).sort((a, b) => a - b);
    const [top, bottom] = [from.y, to.y].map(Math.round).sort((a, b) => a - b);
    const rect = clipped(this, left, top, right, bottom);
    if (!rect) return null;
    for (let y = rect.y; y < rect.y + rect.h; y += 1) {
      const start = y * this.width + rect.x;
      this.data.fill(isErasing ? 0 : 255, start, start + rect.w);
    }
    return rect;
  }

  // What lies within a line that closes itself.
  lasso(points, { isErasing }) {
    const xs = points.map((point) => point.x);
    const ys = points.map((point) => point.y);
    const rect = clipped(this, Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1);
    if (!rect || points.length < 3) return null;
    const canvas = new OffscreenCanvas(rect.w, rect.h);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.translate(-rect.x, -rect.y);
    context.beginPath();
    for (const { x, y } of points) context.lineTo(x, y);
    context.fill();
    const { data } = context.getImageData(0, 0, rect.w, rect.h);
    return this.#lay(rect, (i) => data[4 * i + 3], isErasing);
  }

  // Lay another mask of the same size over this one.
  merge(bytes, { isErasing }) {
    return this.#lay(this.whole, (i) => bytes[i], isErasing);
  }

  #lay(rect, valueOf, isErasing) {
    const { data, width } = this;
    for (let y = 0, i = 0; y < rect.h; y += 1)
      for (let at = (rect.y + y) * width + rect.x, end = at + rect.w; at < end; at += 1, i += 1) {
        const value = valueOf(i);
        if (isErasing) {
          if (255 - value < data[at]) data[at] = 255 - value;
        } else if (value > data[at]) data[at] = value;
      }
    return rect;
  }

  // Fill the area around a place up to what is painted; erasing, the painted area itself.
  flood(place, { isErasing }) {
    const { data, width, height } = this;
    const startX = Math.floor(place.x);
    const startY = Math.floor(place.y);
    if (startX < 0 || startY < 0 || startX >= width || startY >= height) return null;
    const fresh = isErasing ? 0 : 255;
    const isOpen = isErasing ? (at) => data[at] > 255 - THROUGH : (at) => data[at] < THROUGH;
    const stack = [startX, startY];
    let [left, top, right, bottom] = [width, height, -1, -1];
    while (stack.length) {
      const y = stack.pop();
      let x = stack.pop();
      const row = y * width;
      if (!isOpen(row + x)) continue;
      while (x > 0 && isOpen(row + x - 1)) x -= 1;
      left = Math.min(left, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      let wasAbove = false;
      let wasBelow = false;
      for (; x < width && isOpen(row + x); x += 1) {
        data[row + x] = fresh;
        const above = y > 0 && isOpen(row - width + x);
        const below = y < height - 1 && isOpen(row + width + x);
        if (above && !wasAbove) stack.push(x, y - 1);
        if (below && !wasBelow) stack.push(x, y + 1);
        wasAbove = above;
        wasBelow = below;
      }
      right = Math.max(right, x - 1);
    }
    return right < 0 ? null : { x: left, y: top, w: right - left + 1, h: bottom - top + 1 };
  }

  fill(value) {
    this.data.fill(value);
    return this.whole;
  }

  invert() {
    const { data } = this;
    for (let at = 0; at < data.length; at += 1) data[at] = 255 - data[at];
    return this.whole;
  }

  // A PNG as the server wants it: transparent where the picture may change.
  async png() {
    const canvas = new OffscreenCanvas(this.width, this.height);
    const image = new ImageData(this.width, this.height);
    for (let at = 0; at < this.data.length; at += 1) image.data[4 * at + 3] = 255 - this.data[at];
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas.convertToBlob({ type: "image/png" });
  }
}
