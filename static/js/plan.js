// A quiet line under the wish: what the model understood, while it is being typed.

const PAUSE_MS = 400;

export class PlanLine {
  #timer = 0;
  #asking = null; // AbortController of the question under way

  constructor(form, line) {
    this.form = form;
    this.line = line;
    form.addEventListener("input", () => this.#later());
    form.addEventListener("click", (event) => {
      if (event.target.closest("[data-wish]")) this.#later();
    });
    form.addEventListener("submit", () => this.#tell(""));
  }

  #later() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#timer = setTimeout(() => this.#ask(), PAUSE_MS);
  }

  async #ask() {
    if (!this.form.isConnected) return undefined; // another copy of the form took its place
    const prompt = this.form.elements.prompt.value.trim();
    const limit = Number(this.form.closest("[data-prompt-max]").dataset.promptMax);
    if (!prompt || prompt.length > limit) return this.#tell("");
    this.#asking = new AbortController();
    const model = this.form.elements.model.value;
    const mask = this.form.elements.mask?.value ? "1" : "0";
    const query = new URLSearchParams({ prompt, mask });
    try {
      const answer = await fetch(`/models/${encodeURIComponent(model)}/plan?${query}`, {
        signal: this.#asking.signal,
        headers: { Accept: "application/json" },
      });
      const told = await answer.json();
      if (answer.ok) this.#tell(told.plan ? `Understood: ${told.plan}` : "");
      else this.#tell(answer.status === 400 ? told.error.message : "");
    } catch {
      this.#tell(""); // aborted, or no connection: sending the wish says so where it matters
    }
  }

  #tell(sentence) {
    if (this.line.textContent !== sentence) this.line.textContent = sentence;
    this.line.hidden = !sentence;
  }
}
