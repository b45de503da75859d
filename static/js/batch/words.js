// The sentences of a batch that only script says. Numbers as people of this page write them.

import { bytes, fill, gettext, language, ngettext } from "../words.js";

const number = (count) => count.toLocaleString(language);
const files = (count) => fill(ngettext("%(count)s file", "%(count)s files", count), { count: number(count) });

export const sending = (done, all) =>
  fill(gettext("Sending %(done)s of %(all)s"), { done: number(Math.min(done + 1, all)), all: number(all) });
export const paused = (done, all) =>
  fill(gettext("Paused at %(done)s of %(all)s"), { done: number(done), all: number(all) });
export const waiting = (done, all) =>
  fill(gettext("No connection. %(done)s of %(all)s are here; the rest go on by themselves"), {
    done: number(done),
    all: number(all),
  });
export const arrived = (count) => fill(gettext("%(files)s arrived"), { files: files(count) });
export const sent = (done, all) => fill(gettext("%(done)s of %(all)s"), { done: size(done), all: size(all) });
export const ready = (count) => fill(gettext("%(count)s ready"), { count: number(count) });
export const bad = (count) =>
  fill(ngettext("%(count)s file cannot be used", "%(count)s files cannot be used", count), { count: number(count) });
export const leftOut = (max, count) =>
  fill(gettext("A batch holds %(max)s files. %(files)s left out: start another batch for the rest."), {
    max: number(max),
    files: files(count),
  });
export const known = (count) =>
  fill(gettext("%(files)s here already, not sent again."), { files: files(count) });
export const SENDING = gettext("Sending");
export const PAUSE = gettext("Pause");
export const RESUME = gettext("Resume");
export const UNREADABLE = gettext("This file could not be read any more. Add it again.");
export const NOTHING = gettext("There is no file in there.");
export const STOPPED = gettext("The server does not take these files any more. Reload this page.");
export const NOT_OPENED = gettext("The batch could not be opened. Try again in a moment.");

function size(count) {
  return count >= 1024 ** 3 ? `${(count / 1024 ** 3).toFixed(1)} GB` : bytes(count);
}
