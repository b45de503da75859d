// Before on the left, after on the right, and a line between them to move.

const WIPE_MS = 1100;
const MIDDLE = 50;

const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Compare {
  #value = MIDDLE;
  #animation = null;

  constructor(frame, template) {
    this.frame = frame;
    this.parts = [...template.content.cloneNode(true).children];
    [this.beforeLabel, this.afterLabel, this.divider] = this.parts;
    this.divider.addEventListener("keydown", (event) => this.#key(event));
    for (const name of ["pointerdown", "pointermove"])
      this.divider.addEventListener(name, (event) => this.#drag(event));
  }

  get isOn() {
    return this.divider.isConnected;
  }

  show() {
    this.frame.classList.add("is-comparing");
    this.frame.append(...this.parts);
    this.set(MIDDLE);
  }

  hide() {
    cancelAnimationFrame(this.#animation);
    this.frame.classList.remove("is-comparing");
    for (const part of this.parts) part.remove();
    this.frame.style.removeProperty("--split");
    this.frame.style.removeProperty("--at");
  }

  set(percent) {
    this.#value = Math.min(Math.max(percent, 0), 100);
    this.frame.style.setProperty("--split", `${this.#value}%`);
    this.frame.style.setProperty("--at", this.#value);
    const whole = Math.round(this.#value);
    this.divider.setAttribute("aria-valuenow", whole);
    this.divider.setAttribute("aria-valuetext", `${whole} % before, ${100 - whole} % after`);
    this.beforeLabel.classList.toggle("is-faded", this.#value < 14);
    this.afterLabel.classList.toggle("is-faded", this.#value > 86);
  }

  // Slide to where the pointer is.
  slideTo(clientX) {
    cancelAnimationFrame(this.#animation);
    const { left, width } = this.frame.getBoundingClientRect();
    this.set(((clientX - left) / width) * 100);
  }

  // Once, when a result arrives: from all before to half and half.
  wipe() {
    if (isCalm()) return this.set(MIDDLE);
    const start = performance.now();
    const frame = (now) => {
      const t = Math.min((now - start) / WIPE_MS, 1);
      const eased = t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2;
      this.set(100 - eased * (100 - MIDDLE));
      if (t < 1) this.#animation = requestAnimationFrame(frame);
    };
    this.set(100);
    this.#animation = requestAnimationFrame(frame);
    return undefined;
  }

  #key(event) {
    const step = event.shiftKey ? 10 : 2;
    const to = {
      ArrowLeft: this.#value - step,
      ArrowDown: this.#value - step,
      ArrowRight: this.#value + step,
      ArrowUp: this.#value + step,
      PageDown: this.#value - 10,
      PageUp: this.#value + 10,
      Home: 0,
      End: 100,
    }[event.key];
    if (to === undefined) return;
    cancelAnimationFrame(this.#animation);
    this.set(to);
    event.preventDefault();
  }

  #drag(event) {
    if (event.type === "pointerdown") {
      this.divider.setPointerCapture(event.pointerId);
      this.divider.focus({ preventScroll: true });
    } else if (!this.divider.hasPointerCapture(event.pointerId)) return;
    event.stopPropagation();
    this.slideTo(event.clientX);
  }
}
