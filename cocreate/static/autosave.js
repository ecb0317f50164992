// Saves the draft of <form data-autosave="url"> 800 ms after the last change. Nothing is kept in the browser.
//
// The server answers JSON: {"status": "Draft saved 10:42, only Aurelis sees it"}, and may add
//   "values": {"version": "5"}            new values of hidden fields, used by the next save and by the submit
//   "texts": {"f-cost-read": "Read as …"} new texts of elements, by id: what the server read, what is still open
//   "url", "label"                        a way on, shown behind the status (a 409 or 401 always has them)
// Texts for the other cases stand on the status element: data-offline, data-failed.

const PAUSE = 800;
const RETRY = [2000, 5000, 15000, 30000];

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
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("submit", (event) => this.submit(event));
    window.addEventListener("online", () => this.dirty && this.after(0));
    window.addEventListener("beforeunload", (event) => this.dirty && !this.leaving && event.preventDefault());
    window.addEventListener("pageshow", () => (this.leaving = false)); // back again after a submit
    document.addEventListener("visibilitychange", () => document.hidden && this.dirty && this.after(0));
  }

  changed() {
    this.dirty = true;
    this.after(PAUSE);
  }

  after(delay) {
    clearTimeout(this.timer);
    if (!this.stopped && !this.leaving) this.timer = setTimeout(() => this.save(), delay);
  }

  body() {
    const data = new FormData(this.form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name); // files go with the submit
    return data;
  }

  async save() {
    if (this.running) return;
    this.dirty = false;
    this.running = this.send();
    await this.running;
    this.running = null;
    if (this.dirty) this.after(this.failures ? RETRY[Math.min(this.failures, RETRY.length) - 1] : PAUSE);
  }

  async send() {
    const body = this.body();
    const headers = { Accept: "application/json", "X-CSRFToken": body.get("csrf_token") ?? "" };
    try {
      const response = await fetch(this.url, { method: "POST", body, headers, credentials: "same-origin", redirect: "error" });
      const answer = await response.json().catch(() => ({}));
      if (response.ok) this.saved(answer);
      else if (answer.url) this.stop(answer);
      else this.failed(answer.status ?? this.status?.dataset.failed);
    } catch {
      this.failed(this.status?.dataset.offline);
    }
  }

  saved(answer) {
    this.failures = 0;
    for (const [name, value] of Object.entries(answer.values ?? {})) {
      const field = this.form.elements.namedItem(name);
      if (field?.type === "hidden") field.value = value;
    }
    for (const [id, text] of Object.entries(answer.texts ?? {})) {
      const place = document.getElementById(id);
      if (place) place.textContent = text;
    }
    this.say("saved", answer);
  }

  failed(status) {
    this.dirty = true;
    this.failures += 1;
    this.say("waiting", { status });
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

  async submit(event) {
    clearTimeout(this.timer);
    if (this.running) {
      // A save on its way changes the draft's version: wait, so that the submit carries the new one.
      event.preventDefault();
      await this.running;
      this.form.requestSubmit(event.submitter);
      return;
    }
    this.leaving = true;
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Draft(form);
