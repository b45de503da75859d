// Dropping or pasting a picture on /verify/ sends the form; without this script the button does.

const form = document.getElementById("verify");
const drop = document.getElementById("verify-drop");
const input = document.getElementById("image");
const status = document.getElementById("verify-status");

function take(files) {
  if (!files.length) return;
  const one = new DataTransfer();
  one.items.add(files[0]);
  input.files = one.files;
  form.requestSubmit();
}

for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.add("is-over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) drop.classList.remove("is-over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("is-over");
  take(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => take(event.clipboardData.files));
form.addEventListener("submit", () => {
  status.textContent = status.dataset.busy;
});
document.getElementById("verdict-title")?.focus();
