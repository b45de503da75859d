// Pointer and keyboard hold the tools: one finger or button paints, two fingers move the picture,
// and with the keyboard arrows lead the tool, Space or Enter puts it down.

const STEPS_ACROSS = 40;
const PAN_ROOM_PX = 48;

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Hand {
  #pointer = null; // the id of the one that paints, or "keys"
  #cursor = null; // where the keyboard's tool is
  #isByKeys = false;
  #isHeld = false; // Space is held: it ends when let go

  constructor(bench) {
    this.bench = bench;
    const { viewport } = bench;
    for (const [name, act] of Object.entries({
      pointerdown: (event) => this.#down(event),
      pointermove: (event) => this.#move(event),
      pointerup: (event) => this.#up(event),
      pointercancel: (event) => event.pointerId === this.#pointer && this.cancel(),
      pointerleave: () => !this.#isByKeys && bench.surface.unmark(),
      keydown: (event) => this.#key(event),
      keyup: (event) => this.#keyUp(event),
      focus: () => this.#focus(),
      blur: () => this.#blur(),
    }))
      viewport.addEventListener(name, act);
    viewport.addEventListener("contextmenu", (event) => bench.isPainting && event.preventDefault());
  }

  get isDown() {
    return this.#pointer !== null;
  }

  // The picture or the tool is another one.
  reset() {
    this.cancel();
    this.#cursor = null;
    this.bench.surface.unmark();
  }

  refreshMark() {
    if (this.#isByKeys) this.#mark();
    else this.bench.surface.unmark();
  }

  cancel() {
    if (!this.isDown) return;
    this.#pointer = null;
    this.bench.revert();
  }

  #place(event) {
    const { x, y } = this.bench.viewer.toPicture(event.clientX, event.clientY);
    return { x, y, pressure: event.pointerType === "pen" && event.pressure > 0 ? event.pressure : 1 };
  }

  #down(event) {
    const { bench } = this;
    this.#isByKeys = false;
    if (!bench.canPaint) return;
    if (bench.viewer.fingers > 1) {
      this.cancel(); // the first of two fingers did not mean to paint
      return;
    }
    if (event.button !== 0 || this.isDown) return;
    this.#pointer = event.pointerId;
    bench.putDown(this.#place(event));
    this.#markAt(event);
  }

  #move(event) {
    const { bench } = this;
    if (!bench.canPaint) return;
    if (event.pointerType !== "touch") this.#markAt(event);
    if (event.pointerId !== this.#pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) bench.tool.move(this.#place(each));
  }

  #up(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.bench.lift();
    if (event.pointerType === "touch") this.bench.surface.unmark();
  }

  #markAt({ clientX, clientY }) {
    if (!this.#isByKeys || this.isDown) this.#isByKeys = false;
    this.bench.surface.mark(clientX, clientY, this.bench.tool?.diameter);
  }

  #focus() {
    if (!this.bench.viewport.matches(":focus-visible")) return;
    this.#isByKeys = true;
    if (this.bench.canPaint) this.#mark();
  }

  #blur() {
    if (this.#pointer === "keys") this.cancel();
    this.#setHand(false);
    this.#isByKeys = false;
    this.bench.surface.unmark();
  }

  #mark() {
    const { bench } = this;
    if (!bench.plane) return;
    this.#cursor ??= { x: Math.round(bench.plane.width / 2), y: Math.round(bench.plane.height / 2) };
    const { x, y } = bench.viewer.toScreen(this.#cursor.x, this.#cursor.y);
    bench.surface.mark(x, y, bench.tool?.diameter);
  }

  #key(event) {
    const { bench } = this;
    if (!bench.isPainting || event.metaKey) return;
    if (ARROWS[event.key] && bench.canPaint) this.#lead(event);
    else if (event.ctrlKey || event.altKey) return;
    else if (event.key === "Escape" && this.isDown) this.cancel();
    else if (event.key === "Enter" && bench.canPaint) this.#toggle();
    else if (event.key === " ") this.#space(event);
    else return;
    event.preventDefault();
  }

  // By keyboard Space paints while it is held; with a mouse over the picture it is the hand.
  #space(event) {
    if (event.repeat) return;
    if (!this.#isByKeys) this.#setHand(true);
    else if (this.bench.canPaint && !this.isDown) {
      this.#isHeld = true;
      this.#toggle();
    }
  }

  #keyUp(event) {
    if (event.key !== " ") return;
    this.#setHand(false);
    if (this.#isHeld && this.#pointer === "keys") this.#toggle();
    this.#isHeld = false;
  }

  #setHand(isOut) {
    if (this.isDown) return;
    this.bench.setHand(isOut);
  }

  #toggle() {
    const { bench } = this;
    this.#isByKeys = true;
    this.#mark();
    if (this.#pointer === "keys") {
      this.#pointer = null;
      bench.lift();
    } else if (!this.isDown) {
      this.#pointer = "keys";
      bench.putDown({ ...this.#cursor });
    }
  }

  #lead(event) {
    const { bench } = this;
    const { width, height } = bench.plane;
    const [dx, dy] = ARROWS[event.key];
    const step = Math.max(1, Math.round(Math.min(width, height) / STEPS_ACROSS));
    const far = event.ctrlKey || event.altKey ? 1 : step * (event.shiftKey ? 4 : 1);
    this.#isByKeys = true;
    this.#mark();
    this.#cursor = {
      x: Math.min(Math.max(this.#cursor.x + dx * far, 0), width),
      y: Math.min(Math.max(this.#cursor.y + dy * far, 0), height),
    };
    if (this.#pointer === "keys") bench.tool.move({ ...this.#cursor });
    this.#follow();
    this.#mark();
    bench.tellPlace(this.#cursor);
  }

  // Keep the keyboard's tool in sight.
  #follow() {
    const { viewer, viewport } = this.bench;
    const box = viewport.getBoundingClientRect();
    const { x, y } = viewer.toScreen(this.#cursor.x, this.#cursor.y);
    const over = (at, from, to) => Math.min(0, to - PAN_ROOM_PX - at) + Math.max(0, from + PAN_ROOM_PX - at);
    const [px, py] = [over(x, box.left, box.right), over(y, box.top, box.bottom)];
    if (px || py) viewer.panBy(px, py);
  }
}
