// Undo and redo without limit: each step keeps which bits of the mask it flipped, packed.
//
// Flipping the same bits again takes a step back, so one record serves both ways, and the
// mask is nothing but all steps laid over each other.

const RUN_MAX = 65_535;
const RUN_MIN = 4;

// Bytes become runs [0, length, length, value] and texts [1, length, length, ...bytes].
function packed(bytes) {
  const out = new Uint8Array(bytes.length + 6 + 3 * Math.ceil(bytes.length / RUN_MAX));
  let size = 0;
  const put = (kind, start, end, isRun) => {
    for (let at = start; at < end; at += RUN_MAX) {
      const length = Math.min(RUN_MAX, end - at);
      out[size] = kind;
      out[size + 1] = length & 255;
      out[size + 2] = length >> 8;
      size += 3;
      if (isRun) {
        out[size] = bytes[at];
        size += 1;
      } else {
        out.set(bytes.subarray(at, at + length), size);
        size += length;
      }
    }
  };
  let pending = 0;
  for (let at = 0; at < bytes.length; ) {
    let end = at + 1;
    while (end < bytes.length && bytes[end] === bytes[at]) end += 1;
    if (end - at >= RUN_MIN + 3) {
      put(1, pending, at, false);
      put(0, at, end, true);
      pending = end;
    }
    at = end;
  }
  put(1, pending, bytes.length, false);
  return out.slice(0, size);
}

function flip(plane, { x, y, w, bytes }) {
  const { data, width } = plane;
  let column = 0;
  let at = y * width + x;
  const next = (value) => {
    data[at] ^= value;
    column += 1;
    at += 1;
    if (column === w) {
      column = 0;
      at += width - w;
    }
  };
  for (let i = 0; i < bytes.length; ) {
    const length = bytes[i + 1] | (bytes[i + 2] << 8);
    if (bytes[i]) for (let k = 0; k < length; k += 1) next(bytes[i + 3 + k]);
    else for (let k = 0; k < length; k += 1) next(bytes[i + 3]);
    i += bytes[i] ? 3 + length : 4;
  }
}

export class Steps {
  list = [];
  cursor = 0;
  #before;

  constructor(plane) {
    this.plane = plane;
    this.#before = new Uint8Array(plane.data.length);
  }

  get canUndo() {
    return this.cursor > 0;
  }

  get canRedo() {
    return this.cursor < this.list.length;
  }

  // What the mask is from here on can be taken back to here.
  begin() {
    this.#before.set(this.plane.data);
  }

  // Take back what was done since `begin`, as if it had never been.
  revert() {
    this.plane.data.set(this.#before);
  }

  // Keep what changed since `begin` within a rectangle. Returns the step, or null if nothing did.
  commit(rect) {
    if (!rect) return null;
    const { x, y, w, h } = rect;
    const { data, width } = this.plane;
    const changed = new Uint8Array(w * h);
    let any = 0;
    for (let row = 0, i = 0; row < h; row += 1)
      for (let at = (y + row) * width + x, end = at + w; at < end; at += 1, i += 1) {
        changed[i] = data[at] ^ this.#before[at];
        any |= changed[i];
      }
    if (!any) return null;
    const step = { x, y, w, h, bytes: packed(changed) };
    this.list.length = this.cursor;
    this.list.push(step);
    this.cursor += 1;
    return step;
  }

  undo() {
    if (!this.canUndo) return null;
    this.cursor -= 1;
    flip(this.plane, this.list[this.cursor]);
    return this.list[this.cursor];
  }

  redo() {
    if (!this.canRedo) return null;
    const step = this.list[this.cursor];
    flip(this.plane, step);
    this.cursor += 1;
    return step;
  }

  // Lay stored steps over an empty mask.
  restore(list, cursor) {
    this.list = list;
    this.cursor = Math.min(cursor, list.length);
    for (const step of list.slice(0, this.cursor)) flip(this.plane, step);
  }
}
