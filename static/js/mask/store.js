// What survives a reload: the steps of each picture's mask, and the wish, in this browser alone.
//
// Pictures are deleted by the server after some days; what belongs to them goes soon after.
// Where a browser keeps nothing (private windows), the editor works and simply forgets.

const NAME = "freeai-masks";
const KEPT_MS = 8 * 24 * 60 * 60 * 1000;

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("steps"); // [source, number] → step
      request.result.createObjectStore("states", { keyPath: "source" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

const stepsOf = (source, from = 0) => IDBKeyRange.bound([source, from], [source, Infinity]);

export async function load(source) {
  try {
    const base = await open();
    const transaction = base.transaction(["steps", "states"]);
    const [state, steps] = await Promise.all([
      done(transaction.objectStore("states").get(source)),
      done(transaction.objectStore("steps").getAll(stepsOf(source))),
    ]);
    return { state: state ?? null, steps: state ? steps.slice(0, state.count) : [] };
  } catch {
    return { state: null, steps: [] };
  }
}

// Write a state, and with it the newest step if there is one; later steps no longer exist.
export async function save(state, step = null) {
  try {
    const base = await open();
    const transaction = base.transaction(["steps", "states"], "readwrite");
    const steps = transaction.objectStore("steps");
    if (step) {
      steps.delete(stepsOf(state.source, state.count - 1));
      steps.put(step, [state.source, state.count - 1]);
    }
    transaction.objectStore("states").put({ ...state, at: Date.now() });
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } catch {
    // full, or not allowed: the mask on the screen is what counts
  }
}

export async function prune() {
  try {
    const base = await open();
    const transaction = base.transaction(["steps", "states"], "readwrite");
    const states = transaction.objectStore("states");
    for (const state of await done(states.getAll()))
      if (state.at < Date.now() - KEPT_MS) {
        states.delete(state.source);
        transaction.objectStore("steps").delete(stepsOf(state.source));
      }
  } catch {
    // nothing kept, nothing to prune
  }
}
