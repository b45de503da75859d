// What every page does: say when the connection is away, and tell times in the reader's own zone.

import * as words from "./words.js";

const banner = document.getElementById("offline");

const tell = () => {
  banner.hidden = navigator.onLine;
};

export function localTimes(within = document) {
  for (const time of within.querySelectorAll("time[data-local]"))
    time.textContent = words.moment(new Date(time.dateTime));
}

const menu = document.getElementById("site-menu");
document.addEventListener("click", (event) => {
  if (!menu.contains(event.target)) menu.open = false;
});

addEventListener("online", tell);
addEventListener("offline", tell);
tell();
localTimes();
