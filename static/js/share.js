// A shared picture: before and after lie over each other, with the line between them to move.

import { Compare } from "./compare.js";
import "./page.js";

const frame = document.getElementById("shared");

if (frame.classList.contains("is-plain")) {
  frame.classList.remove("is-plain");
  const compare = new Compare(frame, document.getElementById("compare-template"));
  compare.show();
  frame.addEventListener("click", (event) => {
    if (event.target.closest("img")) compare.slideTo(event.clientX);
  });
  const after = frame.querySelector(".after");
  if (after.complete) compare.wipe();
  else after.addEventListener("load", () => compare.wipe(), { once: true });
}
