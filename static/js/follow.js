// Hear of an edit until it ends: by event stream, or by asking where streams do not get through.

const FIRST_WORD_MS = 4000; // the server speaks at once; a proxy that buffers does not
const ASK_MS = 1000;
const ASK_MS_MAX = 8000;

const isOver = (edit) => edit.status !== "queued" && edit.status !== "running";

export function follow(url, onState) {
  let stopped = false;
  let stream = null;
  let timer = null;

  const stop = () => {
    stopped = true;
    stream?.close();
    clearTimeout(timer);
  };

  const hear = (edit) => {
    if (stopped) return;
    if (isOver(edit)) stop();
    onState(edit);
  };

  const ask = async (wait) => {
    let next = ASK_MS;
    try {
      const response = await fetch(`${url}status`, { cache: "no-store" });
      if (response.status === 404) return stop(); // deleted in another tab
      if (!response.ok) throw new Error(response.statusText);
      hear(await response.json());
    } catch {
      next = Math.min(wait * 2, ASK_MS_MAX);
    }
    if (!stopped) timer = setTimeout(() => ask(next), next);
    return undefined;
  };

  const fallBack = () => {
    if (stopped || !stream) return;
    stream.close();
    stream = null;
    clearTimeout(timer);
    ask(ASK_MS);
  };

  stream = new EventSource(`${url}events`);
  stream.addEventListener("edit", (event) => {
    clearTimeout(timer);
    hear(JSON.parse(event.data));
  });
  stream.addEventListener("error", fallBack);
  timer = setTimeout(fallBack, FIRST_WORD_MS);
  return stop;
}
