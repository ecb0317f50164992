// Ticking "Not available" closes the field beside it; what was typed stays and is sent along. A removed row takes its
// errors with it.

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
