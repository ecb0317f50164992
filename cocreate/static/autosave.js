// Saves the draft of <form data-autosave="url"> 800 ms after the last change. Nothing is kept in the browser.
//
// The server answers JSON: {"status": "Draft saved 10:42, only Aurelis sees it"}, and may add
//   "values": {"version": "5"}            new values of hidden fields, used by the next save and by the submit
//   "texts": {"f-cost-read": "Read as …"} new texts of elements, by id: what the server read, what is still open;
//                                         an element in a [data-chosen] hides it while there is none
//   "errors": {"f-report": "…"}           why the file of an input was not kept; the rest was
//   "url", "label"                        a way on, shown behind the status (a 409 or 401 always has them)
// Texts for the other cases stand on the status element: data-offline, data-failed, data-not-submitted; about files on
// the form: data-most (bytes), data-too-large, data-keeping, data-not-kept.
//
// A chosen file follows the texts in a save of its own, so that a slow upload costs no word. Once it is kept the input
// is empty again and the file stands above it; until then nothing says that it is saved. A form without data-keeping
// keeps words alone: its files stay in their inputs.

const PAUSE = 800;
const RETRY = [2000, 5000, 15000, 30000];
const MEGABYTE = 1048576;

class Draft {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosave;
    this.status = form.querySelector("[data-save-status]") ?? document.querySelector("[data-save-status]");
    this.dirty = false; // something typed that the server does not have
    this.stopped = false; // somebody else was faster, or signed out: only a person can go on
    this.leaving = false;
    this.running = null;
    this.failures = 0;
    this.unheard = false; // the last save reached nobody
    this.unsubmitted = false; // somebody pressed meanwhile
    this.reached = false; // the save right before this submit reached somebody, whatever the browser believes
    this.refused = new Set(); // inputs whose file was not kept, until a submit was stopped for it
    this.dropped = new Set(); // fields whose file shall go
    form.addEventListener("input", (event) => event.target.type !== "file" && this.changed());
    // Of anything else "input" has told: its "change" comes once more when it is left, after it was saved.
    form.addEventListener("change", (event) => event.target.type === "file" && this.chose(event.target));
    form.addEventListener("click", (event) => this.drops(event));
    form.addEventListener("submit", (event) => this.submit(event));
    form.addEventListener("stayed", () => (this.leaving = false)); // it reached nobody, and the page is still here
    window.addEventListener("online", () => this.dirty && this.after(0));
    window.addEventListener("beforeunload", (event) => this.pending() && !this.leaving && event.preventDefault());
    window.addEventListener("pageshow", () => (this.leaving = false)); // back again after a submit
    document.addEventListener("visibilitychange", () => document.hidden && this.dirty && this.after(0));
    if (this.inputs().length) this.changed(0); // a browser that brings chosen files over a reload
  }

  changed(delay = PAUSE) {
    this.dirty = true;
    this.after(delay);
  }

  after(delay) {
    clearTimeout(this.timer);
    if (!this.stopped && !this.leaving) this.timer = setTimeout(() => this.save(), delay);
  }

  pending() {
    return this.dirty || this.inputs().length > 0;
  }

  inputs() {
    if (!("keeping" in this.form.dataset)) return [];
    return [...this.form.querySelectorAll("input[type=file]")].filter((input) => input.files.length);
  }

  body(files) {
    const data = new FormData(this.form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    for (const { name, files: [file] } of files) data.set(name, file);
    const [field] = this.dropped;
    if (field) data.set("drop-file", field);
    return data;
  }

  async save() {
    if (this.running) return;
    this.dirty = false;
    this.running = this.both();
    await this.running;
    this.running = null;
    if (this.dirty) this.after(this.failures ? RETRY[Math.min(this.failures, RETRY.length) - 1] : PAUSE);
  }

  async both() {
    const saved = await this.send([]);
    const inputs = this.inputs();
    if (saved && inputs.length) await this.send(inputs);
  }

  async send(inputs) {
    const sent = inputs.map((input) => [input, input.files[0]]);
    const body = this.body(inputs);
    const dropped = body.get("drop-file");
    const headers = { Accept: "application/json", "X-CSRFToken": body.get("csrf_token") ?? "" };
    try {
      const response = await fetch(this.url, { method: "POST", body, headers, credentials: "same-origin", redirect: "error" });
      const answer = await response.json().catch(() => ({}));
      this.unheard = this.unsubmitted = false;
      const refused = sent.length && [413, 415, 507].includes(response.status);
      if (response.ok || refused) {
        this.dropped.delete(dropped);
        this.kept(sent, answer, refused);
        this.saved(answer);
        return true;
      }
      if (answer.url) this.stop(answer);
      else this.failed(answer.status ?? this.status?.dataset.failed);
    } catch {
      this.unheard = true;
      this.failed(this.status?.dataset[this.unsubmitted ? "notSubmitted" : "offline"]);
    }
    return false;
  }

  // The files that were sent are kept or refused; one chosen meanwhile stays to be sent.
  kept(sent, answer, refused) {
    for (const [input, file] of sent) {
      const error = answer.errors?.[input.name] ?? (refused && !answer.errors && this.words("notKept", file));
      if (error) this.refuse(input, error);
      else if (input.files[0] === file) input.value = "";
    }
  }

  saved(answer) {
    for (const [name, value] of Object.entries(answer.values ?? {})) {
      const field = this.form.elements.namedItem(name);
      if (field?.type === "hidden") field.value = value;
    }
    for (const [id, text] of Object.entries(answer.texts ?? {})) {
      const place = document.getElementById(id);
      if (place) place.textContent = text;
      place?.closest("[data-chosen]")?.toggleAttribute("hidden", !text);
    }
    if (this.dropped.size) this.dirty = true;
    const [input] = this.inputs();
    if (!input) this.failures = 0;
    if (input) this.say("waiting", { status: this.words("keeping", input.files[0]) });
    else this.say(answer.errors && Object.keys(answer.errors).length ? "waiting" : "saved", answer);
  }

  failed(status) {
    this.dirty = true;
    this.failures += 1;
    this.say("waiting", { status });
  }

  // Whether somebody can be reached; if not it says that nothing was submitted.
  async reaches() {
    await this.save();
    if (this.unheard) {
      this.unsubmitted = true;
      this.say("waiting", { status: this.status?.dataset.notSubmitted });
    }
    return !this.unheard;
  }

  stop(answer) {
    this.dirty = true;
    this.stopped = true;
    this.say("stopped", answer);
  }

  say(state, { status, url, label }) {
    if (!this.status) return;
    this.status.dataset.saveStatus = state;
    this.status.replaceChildren(status ?? "");
    if (!url) return;
    const link = document.createElement("a");
    const way = new URL(url, location.origin);
    link.href = way.pathname + way.search + way.hash; // never another site
    link.textContent = label ?? url;
    this.status.append(" ", link);
  }

  words(about, file) {
    const size = Math.ceil(file.size / MEGABYTE);
    return (this.form.dataset[about] ?? "").replace("{name}", file.name).replace("{size}", size);
  }

  // files

  chose(input) {
    const [file] = input.files;
    this.error(input, "");
    this.refused.delete(input);
    if (!file || !("keeping" in this.form.dataset)) return;
    if (file.size > Number(this.form.dataset.most ?? Infinity)) {
      this.refuse(input, this.words("tooLarge", file)); // it would be sent for minutes, only to be refused
      return;
    }
    this.say("waiting", { status: this.words("keeping", file) });
    this.changed(0);
  }

  refuse(input, sentence) {
    input.value = "";
    this.error(input, sentence);
    this.refused.add(input);
  }

  error(input, sentence) {
    const place = document.getElementById(`${input.id}-refused`);
    if (!place) return;
    document.getElementById(`${input.id}-error`)?.remove(); // of the page as it came
    place.hidden = !sentence;
    place.lastElementChild.textContent = sentence;
    input.classList.toggle("is-invalid", Boolean(sentence));
    input.setAttribute("aria-invalid", Boolean(sentence));
  }

  drops(event) {
    const button = event.target.closest("button[name=drop-file]");
    if (!button) return;
    event.preventDefault();
    this.dropped.add(button.value);
    document.getElementById(`f-${button.value}`)?.focus();
    this.changed(0);
  }

  async submit(event) {
    clearTimeout(this.timer);
    if (this.running) {
      // A save on its way changes the draft's version: wait, so that the submit carries the new one.
      event.preventDefault();
      await this.running;
      this.form.requestSubmit(event.submitter);
      return;
    }
    if (!this.stopped && !this.reached && (this.unheard || !navigator.onLine)) {
      // Sent now it would end on a page of the browser, and what was typed with it: first somebody has to be reached.
      event.preventDefault();
      this.reached = await this.reaches();
      if (this.reached) this.form.requestSubmit(event.submitter);
      this.reached = false; // it may be gone before the next one
      return;
    }
    const [refused] = this.refused;
    this.refused.clear();
    if (refused) {
      // Its sentence may stand out of sight: nothing goes without a chosen file before that was seen.
      event.preventDefault();
      refused.focus();
      return;
    }
    this.leaving = true;
  }
}

const drafts = [];

// Also of what a script has drawn since.
function keep() {
  for (const form of document.querySelectorAll("form[data-autosave]"))
    if (!drafts.some((draft) => draft.form === form)) drafts.push(new Draft(form));
}

keep();
document.addEventListener("drawn", keep);
const waited = new WeakSet(); // forms that are sent whether or not the others could be saved

// Sending one form leaves the page: what was typed in the others a moment ago is saved first.
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  const others = drafts.filter((draft) => draft.form !== form && draft.form.isConnected && draft.dirty && !draft.stopped);
  if (event.defaultPrevented || waited.has(form) || !others.length) return;
  event.preventDefault();
  waited.add(form);
  const reached = await Promise.all(others.map((draft) => draft.reaches()));
  if (reached.every(Boolean)) form.requestSubmit(submitter);
  else waited.delete(form);
});
