// On a canvas an entry is added, supported or withdrawn in place: what is typed in the other boxes stays, and so does
// where one is on the page. The server answers as it does without this script, with the whole page; what it says of the
// canvas takes the place of what stands here. Where that cannot be, the page comes anew.

async function answer(form, submitter) {
  const body = new FormData(form);
  if (submitter?.name) body.append(submitter.name, submitter.value);
  const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
  return new DOMParser().parseFromString(await response.text(), "text/html").getElementById("canvas");
}

const written = (canvas, box) => canvas.querySelector(`#${CSS.escape(box)} > form.entry-form`);

function draw(fresh, form, box) {
  const canvas = document.getElementById("canvas"), focused = document.activeElement;
  for (const other of canvas.querySelectorAll("form.entry-form")) {
    const place = other === form ? null : written(fresh, other.closest("section").id);
    if (place) place.replaceWith(other);
  }
  canvas.replaceWith(fresh);
  fresh.dispatchEvent(new Event("drawn", { bubbles: true }));
  if (focused !== document.body && fresh.contains(focused)) return focused.focus({ preventScroll: true });
  const first = fresh.querySelector("#errors") ?? (form.matches(".entry-form") && written(fresh, box)?.elements.text);
  (first || document.getElementById(box))?.focus({ preventScroll: !first || first.id !== "errors" });
}

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event, section = form.closest("#canvas > section");
  if (event.defaultPrevented || !section) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "1";
  const text = form.elements.text;
  if (text) text.readOnly = true; // what is typed now would be in no answer
  try {
    const fresh = await answer(form, submitter);
    if (!fresh) return form.submit(); // signed out, or the page says something else: sent again, it is done once
    draw(fresh, form, section.id);
    const status = form.matches(".entry-form") && !fresh.querySelector("#errors") && written(fresh, section.id);
    if (status && !submitter?.name) status.querySelector("[data-save-status]").textContent = fresh.dataset.added;
  } catch {
    delete form.dataset.sent;
    if (text) text.readOnly = false;
    const status = section.querySelector("[data-save-status]");
    if (status) status.textContent = status.dataset.notSubmitted;
    form.dispatchEvent(new Event("stayed"));
  }
});
