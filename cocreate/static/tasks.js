// Ticking "Not available" closes the field beside it; what was typed stays and is sent along. A removed row takes its
// errors with it. A field that hangs on an answer is there while that answer asks for it; what was typed is kept.
// "Comment" beside a field opens the form at the foot of the page, about that field.

function close(box) {
  const value = box.closest("[data-field]")?.querySelector("[data-value]");
  if (!value) return;
  value.inert = box.checked;
  for (const input of value.querySelectorAll("input, textarea")) input.readOnly = box.checked;
}

for (const box of document.querySelectorAll("[data-field] .na-box input[type=checkbox]")) {
  box.addEventListener("change", () => close(box));
  close(box);
}

document.addEventListener("click", (event) => {
  const errors = event.target.closest("[data-rows-remove]")?.closest("[data-row]")?.nextElementSibling;
  if (errors?.matches("[data-row-errors]")) errors.remove();
}, { capture: true });

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-about]");
  const form = link && document.querySelector("#talk form[data-autosave]");
  if (!form) return;
  event.preventDefault();
  const { about, text } = form.elements;
  const [option] = [...(about?.options ?? [])].filter((one) => one.value.endsWith(`:${link.dataset.about}`));
  if (option && !text.value.trim()) about.value = option.value; // what is begun stays about what it is about
  form.closest("details").open = true;
  text.focus();
});

function chosen(form, name) {
  const inputs = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
  return inputs.filter((input) => input.value && (input.matches("select") || input.checked)).map((input) => input.value);
}

// Asked anew each time: a row that was added has cells of its own.
const hanging = () => [...document.querySelectorAll("[data-hangs-on]")];

function follow() {
  for (const field of hanging()) {
    const names = field.dataset.hangsOn.split(" "), only = field.dataset.only.split(";");
    field.hidden = names.some((name, place) => {
      const said = chosen(field.closest("form") ?? document, name), asks = only[place].split(" ");
      return said.length > 0 && !said.some((one) => asks.includes(one));
    });
  }
  for (const sheet of new Set(hanging().map((field) => field.closest("section"))))
    sheet.hidden = [...sheet.querySelectorAll("[data-field]")].every((field) => field.hidden);
}

if (hanging().length) {
  for (const words of document.querySelectorAll("[data-when]")) words.hidden = true; // one sees it now
  document.addEventListener("input", follow);
  follow();
}
