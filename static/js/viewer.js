// The picture on its ground: fitted, zoomed and moved. Layers lie in `frame` and move with it.

const STEP = 1.25;
const SCALE_MAX = 16;
const PAN_PX = 60;
const STAMP_PX = 480;

export class Viewer {
  #size = null;
  #scale = 1;
  #x = 0;
  #y = 0;
  #pointers = new Map();

  isFitted = true;
  isPainting = false; // a tool has the pointer and the arrows; two fingers still move the picture
  isHand = false; // ... unless the hand is out

  constructor(viewport, frame, { onZoom, onSlide }) {
    this.viewport = viewport;
    this.frame = frame;
    this.onZoom = onZoom;
    this.onSlide = onSlide;
    new ResizeObserver(() => this.#layout()).observe(viewport);
    viewport.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    viewport.addEventListener("keydown", (event) => this.#key(event));
    viewport.addEventListener("dblclick", (event) => {
      if (!this.#isTaken) this.toggle(event.clientX, event.clientY);
    });
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"])
      viewport.addEventListener(name, (event) => this.#pointer(event));
  }

  // The picture has this many pixels from now on; the view is fitted unless it is the same shape.
  setSize(width, height) {
    const isSameShape = this.#size && Math.abs(this.#size.width / this.#size.height - width / height) < 0.02;
    if (isSameShape) this.#scale *= this.#size.width / width;
    else this.isFitted = true;
    this.#size = { width, height };
    this.frame.classList.add("is-placed");
    this.#layout();
  }

  clear() {
    this.#size = null;
    this.frame.classList.remove("is-placed");
  }

  fit() {
    this.isFitted = true;
    this.#layout();
  }

  // Every pixel of the picture on one pixel of the screen.
  actual(clientX, clientY) {
    this.#zoomTo(1 / devicePixelRatio, clientX, clientY);
  }

  toggle(clientX, clientY) {
    if (this.isFitted) this.actual(clientX, clientY);
    else this.fit();
  }

  zoomBy(factor, clientX, clientY) {
    this.#zoomTo(this.#scale * factor, clientX, clientY);
  }

  get #isTaken() {
    return this.isPainting && !this.isHand;
  }

  get fingers() {
    return this.#pointers.size;
  }

  // Where in the picture, in its pixels, a place on the screen is.
  toPicture(clientX, clientY) {
    const { left, top, width, height } = this.frame.getBoundingClientRect();
    return { x: ((clientX - left) * this.#size.width) / width, y: ((clientY - top) * this.#size.height) / height };
  }

  toScreen(x, y) {
    const { left, top, width, height } = this.frame.getBoundingClientRect();
    return { x: left + (x * width) / this.#size.width, y: top + (y * height) / this.#size.height };
  }

  // How many of the screen's pixels one of the picture's takes.
  get scale() {
    return this.#scale;
  }

  panBy(x, y) {
    this.#panBy(x, y);
  }

  #box() {
    return this.viewport.getBoundingClientRect();
  }

  // Pictures are shown at most at their own size, stamps at a size one can see.
  #fitScale() {
    const { width, height } = this.#box();
    const most = Math.max(1, STAMP_PX / Math.max(this.#size.width, this.#size.height));
    return Math.min(width / this.#size.width, height / this.#size.height, most);
  }

  #zoomTo(wanted, clientX, clientY) {
    if (!this.#size) return;
    const box = this.#box();
    const least = this.#fitScale();
    const scale = Math.min(Math.max(wanted, least), SCALE_MAX);
    const fromX = (clientX ?? box.left + box.width / 2) - box.left - box.width / 2;
    const fromY = (clientY ?? box.top + box.height / 2) - box.top - box.height / 2;
    this.#x = fromX - ((fromX - this.#x) * scale) / this.#scale;
    this.#y = fromY - ((fromY - this.#y) * scale) / this.#scale;
    this.#scale = scale;
    this.isFitted = scale <= least * 1.001;
    this.#layout();
  }

  #panBy(x, y) {
    this.#x += x;
    this.#y += y;
    this.#layout();
  }

  #layout() {
    if (!this.#size) return;
    const box = this.#box();
    if (!box.width || !box.height) return;
    if (this.isFitted) {
      this.#scale = this.#fitScale();
      this.#x = this.#y = 0;
    }
    const width = Math.round(this.#size.width * this.#scale);
    const height = Math.round(this.#size.height * this.#scale);
    const roomX = Math.max(0, (width - box.width) / 2);
    const roomY = Math.max(0, (height - box.height) / 2);
    this.#x = Math.min(Math.max(this.#x, -roomX), roomX);
    this.#y = Math.min(Math.max(this.#y, -roomY), roomY);
    const left = Math.round((box.width - width) / 2 + this.#x);
    const top = Math.round((box.height - height) / 2 + this.#y);
    const { style, classList } = this.frame;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.transform = `translate(${left}px, ${top}px)`;
    classList.toggle("is-pixelated", this.#scale * devicePixelRatio >= 3);
    this.viewport.classList.toggle("is-zoomed", !this.isFitted);
    this.onZoom(this.isFitted, this.#scale * devicePixelRatio);
  }

  // At fit, turning the wheel down scrolls the page as everywhere; up zooms in.
  #wheel(event) {
    if (!this.#size || (!event.ctrlKey && this.isFitted && (event.deltaY > 0 || scrollY > 0))) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    const speed = event.ctrlKey ? 0.01 : 0.0022;
    this.zoomBy(Math.exp(-event.deltaY * lines * speed), event.clientX, event.clientY);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#size) return;
    const acts = {
      "+": () => this.zoomBy(STEP),
      "=": () => this.zoomBy(STEP),
      "-": () => this.zoomBy(1 / STEP),
      0: () => this.fit(),
      1: () => this.actual(),
    };
    const moves = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (acts[event.key]) acts[event.key]();
    else if (moves[event.key] && event.target === this.viewport && !this.isFitted && !this.isPainting) {
      const [x, y] = moves[event.key];
      this.#panBy(x * PAN_PX, y * PAN_PX);
    } else return;
    event.preventDefault();
  }

  #pointer(event) {
    if (!this.#size || event.target.closest("[role=slider]")) return;
    if (event.type === "pointerdown") this.#down(event);
    else if (event.type === "pointermove") this.#move(event);
    else {
      this.#pointers.delete(event.pointerId);
      this.viewport.classList.remove("is-panning");
    }
  }

  #down(event) {
    if (event.button !== 0 && event.button !== 1) return;
    const isPanning = event.button === 1 || !this.#isTaken;
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, isPanning });
    this.viewport.setPointerCapture(event.pointerId);
    if (!this.isFitted && isPanning) this.viewport.classList.add("is-panning");
  }

  #move(event) {
    const last = this.#pointers.get(event.pointerId);
    if (!last) return;
    const now = { x: event.clientX, y: event.clientY, isPanning: last.isPanning };
    if (this.#pointers.size === 2) this.#pinch(event.pointerId, last, now);
    else if (!last.isPanning) return;
    else if (!this.isFitted) this.#panBy(now.x - last.x, now.y - last.y);
    else this.onSlide(event.clientX);
    this.#pointers.set(event.pointerId, now);
  }

  #pinch(id, last, now) {
    const [other] = [...this.#pointers].filter(([key]) => key !== id).map(([, point]) => point);
    const before = Math.hypot(last.x - other.x, last.y - other.y);
    const after = Math.hypot(now.x - other.x, now.y - other.y);
    if (before > 0) this.zoomBy(after / before, (now.x + other.x) / 2, (now.y + other.y) / 2);
    this.#panBy((now.x - last.x) / 2, (now.y - last.y) / 2);
  }
}
