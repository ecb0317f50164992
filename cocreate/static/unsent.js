// Words that nothing keeps before they are sent: who goes on without sending them is asked by the browser first.

let sending;

document.addEventListener("submit", (event) => { sending = event.target; });

window.addEventListener("beforeunload", (event) => {
  const areas = [...document.querySelectorAll("textarea[data-unsent]")];
  if (areas.some((area) => area.form !== sending && area.value.trim())) event.preventDefault();
  sending = undefined;
});
