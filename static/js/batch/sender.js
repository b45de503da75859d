// Files go up three at a time. What does not get through goes again by itself; pausing keeps the place.

const LANES = 3;
const PAUSE_MS = 1000;
const PAUSE_MS_MAX = 8000;

const isPassing = (status) => status === 0 || status === 429 || status >= 500;

// fetch() cannot count sent bytes, hence XMLHttpRequest. Resolves to {status, answer}; status 0 is no answer.
function post(url, form, token, { onBytes, signal }) {
  return new Promise((resolve) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", url);
    xhr.setRequestHeader("X-CSRFToken", token);
    xhr.setRequestHeader("Accept", "application/json");
    xhr.upload.addEventListener("progress", (event) => onBytes(event.loaded));
    xhr.addEventListener("loadend", () => {
      let answer = null;
      try {
        answer = JSON.parse(xhr.responseText);
      } catch {
        // no answer of ours: the status says enough
      }
      resolve({ status: xhr.status, answer });
    });
    signal.addEventListener("abort", () => xhr.abort());
    xhr.send(form);
  });
}

async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

export class Sender {
  #queue = [];
  #flying = new Map(); // item → {sent, abort}
  #wait = PAUSE_MS;
  #timer = null;
  #url = "";

  constructor({ token, bytesMax, on }) {
    this.token = token;
    this.bytesMax = bytesMax;
    this.on = on; // {file(item, answer), refused(item, message), lost(item), stopped(status), change()}
    this.isPaused = false;
    this.isWaiting = false;
    this.isStopped = false;
    this.done = 0;
    this.all = 0;
    this.doneBytes = 0;
    this.allBytes = 0;
    addEventListener("online", () => this.#again());
  }

  get isBusy() {
    return this.#queue.length + this.#flying.size > 0;
  }

  get sentBytes() {
    return [...this.#flying.values()].reduce((sum, { sent }) => sum + sent, this.doneBytes);
  }

  add(items, url) {
    if (!this.isBusy) Object.assign(this, { done: 0, all: 0, doneBytes: 0, allBytes: 0 });
    this.#url = url;
    this.#queue.push(...items);
    this.all += items.length;
    for (const { file } of items) this.allBytes += this.#weight(file);
    this.#next();
  }

  pause() {
    this.isPaused = true;
    for (const { abort } of this.#flying.values()) abort.abort();
    this.on.change();
  }

  resume() {
    this.isPaused = false;
    this.#again();
  }

  #weight(file) {
    return file.size > this.bytesMax ? 0 : file.size; // too large: only its size is told
  }

  #next() {
    while (this.#queue.length && this.#flying.size < LANES && !this.isPaused && !this.isWaiting && !this.isStopped)
      this.#send(this.#queue.shift());
    this.on.change();
  }

  async #send(item) {
    const flight = { sent: 0, abort: new AbortController() };
    this.#flying.set(item, flight);
    const { file, path } = item;
    const form = new FormData();
    form.append("name", path);
    form.append("bytes", file.size);
    if (file.size <= this.bytesMax) form.append("image", file, file.name);
    const onBytes = (sent) => {
      flight.sent = Math.min(sent, file.size);
      this.on.change();
    };
    const { status, answer } = await post(this.#url, form, this.token, { onBytes, signal: flight.abort.signal });
    this.#flying.delete(item);
    await this.#landed(item, status, answer);
    this.#next();
  }

  async #landed(item, status, answer) {
    if (status === 201) {
      this.#wait = PAUSE_MS;
      this.#count(item);
      this.on.file(item, answer);
    } else if (isPassing(status)) {
      if (status === 0 && !(await isReadable(item.file))) {
        this.#count(item);
        this.on.lost(item);
        return;
      }
      this.#queue.unshift(item);
      if (!this.isPaused) this.#hold();
    } else if (answer?.error && status === 400) {
      this.#count(item);
      this.on.refused(item, answer.error.message);
    } else {
      this.isStopped = true;
      this.on.stopped(status);
    }
  }

  #count(item) {
    this.done += 1;
    this.doneBytes += this.#weight(item.file);
  }

  // Nothing gets through: all lanes wait together, longer each time.
  #hold() {
    if (this.isWaiting) return;
    this.isWaiting = true;
    this.#timer = setTimeout(() => this.#again(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, PAUSE_MS_MAX);
  }

  #again() {
    clearTimeout(this.#timer);
    this.isWaiting = false;
    this.#next();
  }
}
