// The sentences of a batch that only script says. Numbers as people of this page write them.

import { bytes } from "../words.js";

const number = (count) => count.toLocaleString("en");
const files = (count) => (count === 1 ? "1 file" : `${number(count)} files`);

export const sending = (done, all) => `Sending ${number(Math.min(done + 1, all))} of ${number(all)}`;
export const paused = (done, all) => `Paused at ${number(done)} of ${number(all)}`;
export const waiting = (done, all) => `No connection. ${number(done)} of ${number(all)} are here; the rest go on by themselves`;
export const arrived = (count) => `${files(count)} arrived`;
export const sent = (done, all) => `${size(done)} of ${size(all)}`;
export const ready = (count) => `${number(count)} ready`;
export const bad = (count) => (count === 1 ? "1 file cannot be used" : `${number(count)} files cannot be used`);
export const leftOut = (max, count) =>
  `A batch holds ${number(max)} files. ${files(count)} ${count === 1 ? "was" : "were"} left out: start another batch for the rest.`;
export const known = (count) => `${files(count)} ${count === 1 ? "was" : "were"} here already and ${count === 1 ? "is" : "are"} not sent again.`;
export const SENDING = "Sending";
export const PAUSE = "Pause";
export const RESUME = "Resume";
export const UNREADABLE = "This file could not be read any more. Add it again.";
export const NOTHING = "There is no file in there.";
export const STOPPED = "The server does not take these files any more. Reload this page.";
export const NOT_OPENED = "The batch could not be opened. Try again in a moment.";

function size(count) {
  return count >= 1024 ** 3 ? `${(count / 1024 ** 3).toFixed(1)} GB` : bytes(count);
}
