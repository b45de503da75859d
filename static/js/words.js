// The sentences that only script says; everything else is in the templates.

const UNITS = ["bytes", "KB", "MB"];

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
  if (seconds < 1.5) return "about a second";
  if (seconds < 90) return `about ${Math.round(seconds)} s`;
  return `about ${Math.round(seconds / 60)} min`;
}

export function share(part) {
  const percent = part * 100;
  if (percent > 0 && percent < 0.1) return "under 0.1 %";
  if (percent < 10) return `${Number(percent.toFixed(1))} %`;
  if (percent > 99 && percent < 100) return `${Math.floor(percent * 10) / 10} %`; // not quite all
  return `${Math.round(percent)} %`;
}

const PHASES = { thinking: "Thinking", editing: "Editing", checking: "Checking the result" };

// What the status card says of an edit that has not ended.
export function progress(edit) {
  const { phase, step, steps, position, eta_seconds: eta, cancel_requested: stopping } = edit.progress;
  if (stopping) return { title: "Stopping", detail: "" };
  if (edit.status === "queued") {
    const before = position ? `${position} before you` : "next in line";
    return { title: "Waiting", detail: eta === null ? before : `${before}, ${about(eta)}` };
  }
  return { title: PHASES[phase] ?? "Starting", detail: steps ? `step ${step} of ${steps}` : "" };
}

export const ENDED = {
  succeeded: "Done. The result is here.",
  failed: "The edit failed. Nothing was charged.",
  refused: "The wish was not carried out. Nothing was charged.",
  canceled: "Canceled. Nothing was charged.",
};

export function tooLarge(size, limit) {
  return `This file is ${bytes(size)}; the limit is ${bytes(limit)}. Export it smaller or as JPEG.`;
}

export const unserved = (name) => `${name} needs a worker that is not connected here now. Your words stay.`;
export const EMPTY_FILE = "This file is empty. Choose another one.";
export const UNKNOWN_FILE = "This is not a picture we can edit. PNG, JPEG, WebP and HEIC work.";
export const CHOOSE_FIRST = "Choose a picture first.";
export const NOT_SENT = "The connection was lost before your picture arrived. Try again.";
export const NOT_ASKED = "The connection was lost. Your picture and your wish are still here: try again.";
export const NOT_REACHED = "The server could not be reached. Nothing is lost: try again in a moment.";
export const REFUSED_SIZE = "This file is too large for this server. Export it smaller or as JPEG.";
export const NOT_UNDERSTOOD = "The server answered in a way this page does not understand. Try again in a moment.";

export function selected(count) {
  if (!count) return "Select edits to delete them together";
  return count === 1 ? "1 edit selected" : `${count} edits selected`;
}
export const COPIED = "Copied";

// Headings for refusals, by the code that came with them.
export function heading(code) {
  if (code.startsWith("image_")) return "This picture cannot be used";
  const known = {
    instruction_not_supported: "This wish is beyond this model",
    model_unavailable: "This model is not running now",
    too_many_queued: "Too many edits are waiting",
    overloaded: "Too busy right now",
    source_expired: "This picture is gone",
    offline: "No connection",
    notice: "One moment",
  };
  return known[code] ?? "That did not work";
}

// Whether a person may wonder if a refusal cost them something.
export const mayCost = (code) => !code.startsWith("image_") && !["notice", "offline"].includes(code);

// A moment as people say it: "today 14:03", "yesterday 9:20", "3 May 18:00".
export function moment(date, now = new Date()) {
  const midnight = (day) => new Date(day.getFullYear(), day.getMonth(), day.getDate());
  const days = Math.round((midnight(date) - midnight(now)) / 86_400_000);
  const time = date.toLocaleTimeString("en", { hour: "numeric", minute: "2-digit", hour12: false });
  const day = { 0: "today", 1: "tomorrow", [-1]: "yesterday" }[days];
  return `${day ?? date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${time}`;
}
