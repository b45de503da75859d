// The form: prompt, examples, model and the settings that are folded away.

import * as words from "./words.js";

const COUNT_FROM = 0.8; // the counter shows in the last fifth of the room

export class WishForm {
  attach = async () => {}; // what else belongs to a wish: (FormData) => Promise

  #done = false; // or the wish that was carried out
  #asked = "";

  constructor(form, { onSubmit, onUnserved }) {
    this.form = form;
    this.prompt = form.elements.prompt;
    this.button = document.getElementById("submit");
    this.root = form.closest("[data-state]");
    this.limit = Number(this.root.dataset.promptMax);
    this.#asked = this.prompt.value.trim();
    this.#restore();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const radio = form.querySelector("[name=model]:checked");
      if (radio?.dataset.served === "no") onUnserved(radio.dataset.name);
      else onSubmit();
    });
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("click", (event) => this.#click(event));
    this.prompt.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    this.#changed();
  }

  get token() {
    return this.form.elements.csrfmiddlewaretoken.value;
  }

  get model() {
    return this.form.elements.model.value;
  }

  // The fields as POST /edits/ wants them: the picture is there already.
  async data() {
    const data = new FormData(this.form);
    data.delete("image");
    this.#asked = this.prompt.value.trim();
    await this.attach(data);
    return data;
  }

  // Something that belongs to the wish has changed outside the form.
  touched() {
    this.#changed();
  }

  setSource(id) {
    this.form.elements.source.value = id;
    this.#restore();
    this.#changed();
  }

  get asked() {
    return this.#asked;
  }

  // There is a result: the button is for another wish from now on.
  setDone(isDone) {
    this.#done = isDone && this.#now();
    this.#changed();
  }

  setSending(isSending) {
    this.button.disabled = isSending;
  }

  setNote(sentence) {
    const hint = document.getElementById("prompt-hint");
    hint.textContent = sentence;
    hint.hidden = !sentence;
  }

  setServed(engines) {
    for (const radio of this.form.querySelectorAll("[name=model]")) {
      const isOn = engines.includes(radio.dataset.engine);
      radio.dataset.served = isOn ? "yes" : "no";
      const tag = radio.closest("label").querySelector("[data-served-tag]");
      tag.classList.toggle("is-on", isOn);
      tag.textContent = words.served(isOn);
    }
    this.#changed();
  }

  clear() {
    this.prompt.value = "";
    this.form.elements.seed.value = "";
    this.#changed();
  }

  focusPrompt() {
    this.prompt.focus({ preventScroll: true });
    this.prompt.setSelectionRange(this.prompt.value.length, this.prompt.value.length);
  }

  write(text) {
    this.prompt.value = text;
    this.#changed();
  }

  // One button for each model that could do it now.
  otherModels() {
    const served = [...this.form.querySelectorAll('[name=model][data-served="yes"]:not(:checked)')];
    return served.map((radio) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button slim";
      button.textContent = words.use(radio.dataset.name);
      button.addEventListener("click", () => {
        radio.checked = true;
        this.#changed();
        this.form.requestSubmit();
      });
      return button;
    });
  }

  #click(event) {
    const chip = event.target.closest("[data-wish]");
    if (!chip) return;
    this.write(chip.dataset.wish);
    this.prompt.focus();
  }

  #changed() {
    this.#grow();
    this.#count();
    this.#tellModel();
    this.#tellSettings();
    this.#tellPrice();
    this.root.toggleAttribute("data-dirty", this.#done && this.#now() !== this.#done);
    if (this.form.elements.source.value) sessionStorage.setItem(this.#draftKey(), this.prompt.value);
  }

  // All that makes up a wish, to tell whether it is another one.
  #now() {
    const { prompt, model, quality, preserve, seed, output_format: format, thinking, mask } = this.form.elements;
    return [prompt, model, quality, preserve, seed, format, thinking, mask].map((field) => field?.value ?? "").join("\n").trim();
  }

  #draftKey() {
    return `wish ${this.form.elements.source.value}`;
  }

  // What was typed survives a reload; an edit's own page starts from what was asked.
  #restore() {
    if (this.prompt.value || !this.form.elements.source.value) return;
    this.prompt.value = sessionStorage.getItem(this.#draftKey()) ?? "";
  }

  // `field-sizing: content` does this by itself where it exists.
  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.prompt.style.height = "auto";
    this.prompt.style.height = `${this.prompt.scrollHeight + 2}px`;
  }

  #count() {
    const length = this.prompt.value.length;
    const isNear = length > this.limit * COUNT_FROM;
    this.setNote(isNear ? `${length.toLocaleString("en")} of ${this.limit.toLocaleString("en")} characters` : "");
    if (length > this.limit) this.prompt.setAttribute("aria-invalid", "true");
    else this.prompt.removeAttribute("aria-invalid");
  }

  #tellModel() {
    const radio = this.form.querySelector("[name=model]:checked");
    if (!radio) return;
    const isServed = radio.dataset.served === "yes";
    document.getElementById("model-now").textContent = radio.dataset.name + (isServed ? "" : ", not running");
    document.getElementById("quality-field").hidden = radio.dataset.qualities !== "yes";
    document.getElementById("thinking-field").hidden = radio.dataset.thinks !== "yes";
    for (const chips of this.form.querySelectorAll("[data-for-model]"))
      chips.hidden = chips.dataset.forModel !== radio.value;
    if (isServed) this.button.removeAttribute("aria-disabled");
    else this.button.setAttribute("aria-disabled", "true");
  }

  // The button says what the next edit costs, whatever is chosen.
  #tellPrice() {
    const radio = this.form.querySelector("[name=model]:checked");
    if (!radio) return;
    const thinks = radio.dataset.thinks === "yes" && this.form.elements.thinking.value === "yes";
    const chosen = radio.dataset.qualities === "yes" ? this.form.elements.quality.value || "auto" : "auto";
    const tokens = Number(radio.getAttribute(`data-price-${thinks ? "high" : chosen}`));
    document.getElementById("price-tokens").textContent = tokens.toLocaleString("en");
  }

  #tellSettings() {
    const { preserve, seed, output_format: format } = this.form.elements;
    const dial = Number(preserve.value);
    const said = [];
    if (this.form.elements.quality.value && this.form.elements.quality.value !== "auto" && !document.getElementById("quality-field").hidden)
      said.push(this.form.querySelector("[name=quality]:checked").closest("label").textContent.trim());
    if (dial !== 0.5) said.push(dial > 0.5 ? "closer" : "stronger");
    if (format.value) said.push(format.value.toUpperCase().replace("WEBP", "WebP"));
    if (seed.value) said.push(`seed ${seed.value}`);
    preserve.setAttribute("aria-valuetext", dial === 0.5 ? "middle" : `${Math.round(dial * 100)} % close`);
    document.getElementById("advanced-now").textContent = said.join(", ");
  }
}
