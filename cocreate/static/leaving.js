// Asks before a page with text that was not sent is left: <form data-asks>. Its own buttons keep what was typed.
for (const form of document.querySelectorAll("form[data-asks]")) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => changed && event.preventDefault());
}
