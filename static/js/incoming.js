// The ways a picture comes in: chosen, photographed, pasted, dropped anywhere on the window.

const overlay = document.getElementById("drop-overlay");

const first = (transfer) => {
  const files = [...(transfer?.files ?? [])];
  return files.find((file) => file.type.startsWith("image/")) ?? files[0];
};

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

function listenForDrops(take) {
  let depth = 0; // enter and leave come for every element on the way
  const show = (isOver) => {
    if (!isOver) depth = 0;
    overlay.hidden = !isOver;
  };
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    show(true);
  });
  addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth -= 1;
    if (depth <= 0) show(false);
  });
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show(false);
    const file = first(event.dataTransfer);
    if (file) take(file);
  });
}

export function listenForPictures(take) {
  for (const id of ["image", "camera"])
    document.getElementById(id).addEventListener("change", (event) => {
      const [file] = event.target.files;
      event.target.value = ""; // the same file may be chosen again
      if (file) take(file);
    });
  addEventListener("paste", (event) => {
    const file = first(event.clipboardData);
    if (!file) return;
    event.preventDefault();
    take(file);
  });
  listenForDrops(take);
}
