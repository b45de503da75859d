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

addEventListener("online", tell);
addEventListener("offline", tell);
tell();
localTimes();
