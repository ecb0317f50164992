// On a page that answers what was sent, at an address that shows a page by itself. Nothing of ours may be kept by a browser,
// so going back here would only ask whether to send again what was refused. Once something else is sent from here, this
// place in the history is that page; until then loading anew sends again, and what was typed is still there.

addEventListener("submit", (event) => {
  if (!event.defaultPrevented) history.replaceState(null, "", location.href);
});
