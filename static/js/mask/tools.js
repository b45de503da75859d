// What each tool does between being put down and lifted. Places are in the picture's pixels.

import { united } from "./plane.js";

const PRESSURE_LEAST = 0.15;
const LASSO_PX = 2;

// A brush, or its opposite. A pen's pressure makes it thinner.
class Brush {
  constructor(bench, isErasing) {
    this.bench = bench;
    this.isErasing = isErasing;
  }

  get diameter() {
    return this.bench.options.size;
  }

  #at({ x, y, pressure = 1 }) {
    return { x, y, r: (this.diameter / 2) * (PRESSURE_LEAST + (1 - PRESSURE_LEAST) * pressure) };
  }

  down(place) {
    this.last = this.#at(place);
    this.rect = null;
    this.#draw(this.last);
  }

  move(place) {
    const next = this.#at(place);
    this.#draw(next);
    this.last = next;
  }

  #draw(to) {
    const { plane, surface, options } = this.bench;
    const rect = plane.stroke(this.last, to, { softness: options.softness, isErasing: this.isErasing });
    surface.changed(rect);
    this.rect = united(this.rect, rect);
  }

  up() {
    return this.rect;
  }

  cancel() {
    this.bench.surface.changed(this.rect);
  }
}

class Rectangle {
  constructor(bench) {
    this.bench = bench;
  }

  down(place) {
    this.from = this.to = place;
  }

  move(place) {
    this.to = place;
    const [a, b] = [this.from, this.to];
    this.bench.surface.sketch([a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }]);
  }

  up() {
    this.cancel();
    return this.bench.plane.rectangle(this.from, this.to, this.bench.options);
  }

  cancel() {
    this.bench.surface.sketch([]);
  }
}

class Lasso {
  constructor(bench) {
    this.bench = bench;
  }

  down(place) {
    this.points = [place];
  }

  move(place) {
    const last = this.points.at(-1);
    const least = LASSO_PX / this.bench.viewer.scale;
    if (Math.hypot(place.x - last.x, place.y - last.y) < least) return;
    this.points.push(place);
    this.bench.surface.sketch(this.points, { isClosed: false });
  }

  up() {
    this.cancel();
    return this.bench.plane.lasso(this.points, this.bench.options);
  }

  cancel() {
    this.bench.surface.sketch([]);
  }
}

class Fill {
  constructor(bench) {
    this.bench = bench;
  }

  down(place) {
    this.place = place;
  }

  move() {}

  up() {
    const { plane, options } = this.bench;
    return options.isWhole ? plane.fill(options.isErasing ? 0 : 255) : plane.flood(this.place, options);
  }

  cancel() {}
}

// The server looks for the thing; the mask takes its outline when it has come.
class ObjectFinder {
  constructor(bench) {
    this.bench = bench;
  }

  down(place) {
    this.place = place;
  }

  move() {}

  up() {
    this.bench.findObject(this.place);
    return null;
  }

  cancel() {}
}

export function tools(bench) {
  return {
    brush: new Brush(bench, false),
    eraser: new Brush(bench, true),
    rectangle: new Rectangle(bench),
    lasso: new Lasso(bench),
    fill: new Fill(bench),
    object: new ObjectFinder(bench),
    hand: null,
  };
}
