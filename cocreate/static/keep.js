// What is shown only once can be printed or copied; without script it can still be written down.

for (const acts of document.querySelectorAll("[data-keep]")) {
  const copy = acts.querySelector("[data-copy]");
  acts.querySelector("[data-print]").addEventListener("click", () => window.print());
  copy.hidden = !navigator.clipboard; // only where the page comes over a safe line
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(acts.dataset.keep).innerText.trim());
    copy.textContent = copy.dataset.done;
  });
  acts.hidden = false;
}
