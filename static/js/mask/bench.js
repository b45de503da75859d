// The workbench: one picture's mask, the tool in hand, its settings, and what has been done so far.

import { Hand } from "./hand.js";
import { Plane } from "./plane.js";
import { Steps } from "./steps.js";
import * as store from "./store.js";
import { Surface } from "./surface.js";
import { tools } from "./tools.js";

const SIZE_LEAST = 2;
const SIZE_SHARE = 0.5; // the largest brush, of the short side

export class Bench {
  plane = null;
  steps = null;
  source = null;
  isPainting = false;
  isShown = true;
  options = { size: 40, softness: 0, isErasing: false, isWhole: false };

  #name = "brush";
  #state = { fields: {} };

  // onChange: the mask or its history is another one. say: tell a sentence to screen readers.
  constructor({ viewer, viewport, frame, onChange, findObject, tellPlace }) {
    Object.assign(this, { viewer, viewport, onChange, findObject, tellPlace });
    this.surface = new Surface(frame, viewport, viewer);
    this.tools = tools(this);
    this.hand = new Hand(this);
    store.prune();
  }

  get tool() {
    return this.tools[this.#name];
  }

  get name() {
    return this.#name;
  }

  get canPaint() {
    return this.isPainting && this.isShown && this.plane !== null && this.tool !== null && !this.viewer.isHand;
  }

  get isEmpty() {
    return !this.plane || this.plane.data.every((value) => value === 0);
  }

  get share() {
    return this.plane ? this.plane.share() : 0;
  }

  // Lay out a picture's mask as it was left. Resolves to the wish that was typed beside it, if any.
  async open(source) {
    this.close();
    this.source = source;
    const { state, steps } = await store.load(source.id);
    if (this.source !== source) return null;
    this.plane = new Plane(source.width, source.height);
    this.steps = new Steps(this.plane);
    this.steps.restore(steps, state?.cursor ?? 0);
    this.#state.fields = state?.fields ?? {};
    this.surface.attach(this.plane);
    this.onChange();
    return state?.fields ?? null;
  }

  close() {
    this.hand.reset();
    this.surface.detach();
    this.source = this.plane = this.steps = null;
    this.#state = { fields: {} };
    this.onChange();
  }

  setPainting(isPainting) {
    if (!isPainting) this.hand.reset();
    this.isPainting = isPainting;
    this.setHand(false);
  }

  setHand(isOut) {
    this.viewer.isPainting = this.isPainting;
    this.viewer.isHand = isOut || !this.isShown || this.tool === null;
    this.viewport.classList.toggle("is-hand", this.isPainting && this.viewer.isHand);
    if (this.viewer.isHand) this.surface.unmark();
  }

  choose(name) {
    this.hand.cancel();
    this.#name = name;
    this.setHand(false);
    this.hand.refreshMark();
  }

  show(isShown) {
    this.hand.cancel();
    this.isShown = isShown;
    this.setHand(false);
  }

  // A slider's 0 to 100 as a brush's size: fine where it is small.
  sizeOf(level) {
    if (!this.plane) return this.options.size;
    const most = Math.min(this.plane.width, this.plane.height) * SIZE_SHARE;
    return Math.round(SIZE_LEAST + (most - SIZE_LEAST) * (level / 100) ** 2);
  }

  putDown(place) {
    this.steps.begin();
    this.tool.down(place);
  }

  lift() {
    this.#keep(this.tool.up());
  }

  revert() {
    this.tool.cancel();
    this.steps?.revert();
    this.onChange();
  }

  // Change the whole mask, or a part of it, as one step.
  act(change) {
    if (!this.plane || this.hand.isDown) return;
    this.steps.begin();
    this.#keep(change(this.plane));
  }

  #keep(rect) {
    const step = this.steps.commit(rect);
    if (!step) return;
    this.surface.changed(rect);
    this.#save(step);
    this.onChange();
  }

  undo() {
    this.#travel(() => this.steps.undo());
  }

  redo() {
    this.#travel(() => this.steps.redo());
  }

  #travel(go) {
    if (!this.plane) return;
    if (this.hand.isDown) this.hand.cancel();
    else {
      const step = go();
      if (!step) return;
      this.surface.changed(step);
      this.#save();
    }
    this.onChange();
  }

  // Keep the wish beside the mask.
  remember(fields) {
    if (!this.source) return;
    this.#state.fields = fields;
    this.#save();
  }

  #save(step = null) {
    const { list, cursor } = this.steps;
    store.save({ source: this.source.id, cursor, count: list.length, fields: this.#state.fields }, step);
  }
}
