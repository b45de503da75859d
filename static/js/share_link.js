// The address of a shared edit: copied, or handed to the device's own share sheet.

import * as words from "./words.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy"); // without https there is no clipboard to write to
  }
  button.querySelector("[data-told]").textContent = words.COPIED;
});
