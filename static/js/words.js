// The sentences that only script says; everything else is in the templates. Django's catalogue for
// scripts, loaded before this where the page is not English, has them in the reader's language.

export const gettext = globalThis.gettext ?? ((words) => words);
export const ngettext = globalThis.ngettext ?? ((one, many, count) => (count === 1 ? one : many));
export const fill = (words, facts) => words.replace(/%\((\w+)\)s/g, (_, name) => facts[name]);
export const language = document.documentElement.lang || "en";

const UNITS = [gettext("bytes"), "KB", "MB"];

export function bytes(count) {
  let unit = 0;
  let value = count;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 2 && value < 10 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

export function about(seconds) {
  if (seconds < 1.5) return gettext("about a second");
  if (seconds < 90) return fill(gettext("about %(count)s s"), { count: Math.round(seconds) });
  return fill(gettext("about %(count)s min"), { count: Math.round(seconds / 60) });
}

export function share(part) {
  const percent = part * 100;
  if (percent > 0 && percent < 0.1) return gettext("under 0.1 %");
  if (percent < 10) return `${Number(percent.toFixed(1))} %`;
  if (percent > 99 && percent < 100) return `${Math.floor(percent * 10) / 10} %`; // not quite all
  return `${Math.round(percent)} %`;
}

const PHASES = {
  thinking: gettext("Thinking"),
  editing: gettext("Editing"),
  checking: gettext("Checking the result"),
};

// What the status card says of an edit that has not ended.
export function progress(edit) {
  const { phase, step, steps, position, eta_seconds: eta, cancel_requested: stopping } = edit.progress;
  if (stopping) return { title: gettext("Stopping"), detail: "" };
  if (edit.status === "queued") {
    const before = position ? fill(gettext("%(count)s before you"), { count: position }) : gettext("next in line");
    return { title: gettext("Waiting"), detail: eta === null ? before : `${before}, ${about(eta)}` };
  }
  const detail = steps ? fill(gettext("step %(step)s of %(steps)s"), { step, steps }) : "";
  return { title: PHASES[phase] ?? gettext("Starting"), detail };
}

export const ENDED = {
  succeeded: gettext("Done. The result is here."),
  failed: gettext("The edit failed. Nothing was charged."),
  refused: gettext("The wish was not carried out. Nothing was charged."),
  canceled: gettext("Canceled. Nothing was charged."),
};

export function tooLarge(size, limit) {
  const words = gettext("This file is %(size)s; the limit is %(limit)s. Export it smaller or as JPEG.");
  return fill(words, { size: bytes(size), limit: bytes(limit) });
}

export const unserved = (name) =>
  fill(gettext("%(name)s needs a worker that is not connected here now. Your words stay."), { name });
export const EMPTY_FILE = gettext("This file is empty. Choose another one.");
export const UNKNOWN_FILE = gettext("This is not a picture we can edit. PNG, JPEG, WebP and HEIC work.");
export const CHOOSE_FIRST = gettext("Choose a picture first.");
export const NOT_SENT = gettext("The connection was lost before your picture arrived. Try again.");
export const NOT_ASKED = gettext("The connection was lost. Your picture and your wish are still here: try again.");
export const NOT_REACHED = gettext("The server could not be reached. Nothing is lost: try again in a moment.");
export const REFUSED_SIZE = gettext("This file is too large for this server. Export it smaller or as JPEG.");
export const NOT_UNDERSTOOD = gettext("The server answered in a way this page does not understand. Try again in a moment.");

export function selected(count) {
  if (!count) return gettext("Select edits to delete them together");
  return fill(ngettext("%(count)s edit selected", "%(count)s edits selected", count), { count });
}
export const COPIED = gettext("Copied");
export const LOOKING = gettext("Looking for the object");
export const painted = (part) =>
  fill(gettext("%(part)s of the picture is painted. Only that changes."), { part: share(part) });
export const place = (x, y) => fill(gettext("%(x)s across, %(y)s down"), { x, y });

// Headings for refusals, by the code that came with them.
export function heading(code) {
  if (code.startsWith("image_")) return gettext("This picture cannot be used");
  const known = {
    instruction_not_supported: gettext("This wish is beyond this model"),
    model_unavailable: gettext("This model is not running now"),
    too_many_queued: gettext("Too many edits are waiting"),
    overloaded: gettext("Too busy right now"),
    source_expired: gettext("This picture is gone"),
    offline: gettext("No connection"),
    notice: gettext("One moment"),
  };
  return known[code] ?? gettext("That did not work");
}

// Whether a person may wonder if a refusal cost them something.
export const mayCost = (code) => !code.startsWith("image_") && !["notice", "offline"].includes(code);

// A moment as people say it: "today 14:03", "yesterday 9:20", "3 May 18:00".
export function moment(date, now = new Date()) {
  const midnight = (day) => new Date(day.getFullYear(), day.getMonth(), day.getDate());
  const days = Math.round((midnight(date) - midnight(now)) / 86_400_000);
  const time = date.toLocaleTimeString(language, { hour: "numeric", minute: "2-digit", hour12: false });
  const day = { 0: gettext("today"), 1: gettext("tomorrow"), [-1]: gettext("yesterday") }[days];
  return `${day ?? date.toLocaleDateString(language === "en" ? "en-GB" : language, { day: "numeric", month: "short" })} ${time}`;
}

export const CHECKING_PICTURE = gettext("Checking the picture");
export const PICTURE_READY = gettext("The picture is ready");
export const STARTS_LATER = gettext("It starts as soon as the picture is here.");
export const UPLOADING = gettext("Uploading");
export const FIT = gettext("Fit");
export const PICTURE = gettext("Picture");
export const YOUR_PICTURE = gettext("Your picture");
export const THE_RESULT = gettext("The result");
export const DIFFERENCES = gettext("Where the result differs from your picture");
export const served = (isOn) => (isOn ? gettext("Ready") : gettext("Not running here now"));
export const use = (name) => fill(gettext("Use %(name)s"), { name });
