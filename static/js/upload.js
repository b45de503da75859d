// A picture goes up: looked at first, then sent with its bytes counted.

import { solve } from "./challenge.js";
import * as words from "./words.js";

export class Refused extends Error {
  constructor(message, code = "invalid_request") {
    super(message);
    this.code = code;
  }
}

const startsWith = (head, signature) => signature.every((byte, i) => head[i] === byte);
const letters = (head, from, to) => String.fromCharCode(...head.slice(from, to));

// Loosely: the server decides by decoding; this only spares a hopeless upload.
function looksEditable(head) {
  return (
    startsWith(head, [0xff, 0xd8]) ||
    startsWith(head, [0x89, 0x50, 0x4e, 0x47]) ||
    (letters(head, 0, 4) === "RIFF" && letters(head, 8, 12) === "WEBP") ||
    letters(head, 4, 8) === "ftyp"
  );
}

export async function check(file, bytesMax) {
  if (file.size === 0) throw new Refused(words.EMPTY_FILE, "image_unsupported_format");
  if (file.size > bytesMax) throw new Refused(words.tooLarge(file.size, bytesMax), "image_too_large");
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  if (!looksEditable(head)) throw new Refused(words.UNKNOWN_FILE, "image_unsupported_format");
}

function refusalOf(xhr) {
  try {
    const { message, code } = JSON.parse(xhr.responseText).error;
    return new Refused(message, code);
  } catch {
    return new Refused(xhr.status === 413 ? words.REFUSED_SIZE : words.NOT_UNDERSTOOD, "server");
  }
}

// Resolves to the Source. A network that uploads very much is asked for a piece of work first.
export async function send(file, how) {
  try {
    return await sendOnce(file, how);
  } catch (refusal) {
    if (refusal.code !== "challenge_required") throw refusal;
    const solution = await solve("/challenge/");
    if (!solution) throw refusal;
    return sendOnce(file, { ...how, solution });
  }
}

// fetch() cannot count sent bytes, hence XMLHttpRequest.
function sendOnce(file, { url, token, onBytes, signal, solution }) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const form = new FormData();
    form.append("image", file, file.name || "picture");
    xhr.open("POST", url);
    xhr.setRequestHeader("X-CSRFToken", token);
    if (solution) xhr.setRequestHeader("X-Challenge", solution);
    xhr.upload.addEventListener("progress", (event) => onBytes(event.loaded, event.total || file.size));
    xhr.addEventListener("load", () => {
      if (xhr.status === 201) resolve(JSON.parse(xhr.responseText));
      else reject(refusalOf(xhr));
    });
    xhr.addEventListener("error", () => reject(new Refused(words.NOT_SENT, "offline")));
    xhr.addEventListener("abort", () => reject(new DOMException("Canceled", "AbortError")));
    signal.addEventListener("abort", () => xhr.abort());
    xhr.send(form);
  });
}
