// Files of a folder, with their paths: chosen, or dropped with all the folders inside.

const JUNK = /^(\.|thumbs\.db$|desktop\.ini$|__macosx$)/i; // what systems leave behind

const isJunk = (path) => path.split("/").some((part) => JUNK.test(part));

export function fromInput(input) {
  const all = [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
  input.value = ""; // the same folder may be chosen again
  return all.filter(({ path }) => !isJunk(path));
}

const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

async function inside(entry) {
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A reader hands out its entries by the hundred.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    found.push(...some);
  }
}

async function walk(entry, into) {
  const path = entry.fullPath.replace(/^\//, "");
  if (isJunk(path)) return;
  if (entry.isFile) into.push({ file: await fileOf(entry), path });
  else for (const child of await inside(entry)) await walk(child, into);
}

export async function fromDrop(transfer) {
  // Entries must be asked for before the event is over.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

// The folder that holds all of them, if there is one: what the batch is called.
export function nameOf(items) {
  const roots = new Set(items.map(({ path }) => (path.includes("/") ? path.split("/")[0] : "")));
  return roots.size === 1 ? [...roots][0] : "";
}

export function listen(take) {
  const overlay = document.getElementById("drop-overlay");
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  let depth = 0; // enter and leave come for every element on the way
  const show = (isOver) => {
    if (!isOver) depth = 0;
    overlay.hidden = !isOver;
  };
  for (const id of ["folder", "pictures"])
    document.getElementById(id).addEventListener("change", (event) => take(fromInput(event.target)));
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    show(true);
  });
  addEventListener("dragleave", (event) => {
    if (hasFiles(event) && --depth <= 0) show(false);
  });
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show(false);
    take(await fromDrop(event.dataTransfer));
  });
}
