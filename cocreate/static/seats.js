// Opening a project: the card of one's own seat asks for nothing, and a tender has a warning. Without this module the
// page says the same after the next round trip.

const own = document.querySelector("#own_seat");

function showCards() {
  for (const card of document.querySelectorAll("[data-seat]")) {
    const mine = card.dataset.seat === own.value;
    card.querySelector("[data-own]").hidden = !mine;
    card.querySelector("[data-other]").hidden = mine;
  }
}

own?.addEventListener("change", showCards);
if (own) showCards();

const warning = document.querySelector("[data-tender]");
for (const choice of document.querySelectorAll("[name=public_buyer]")) {
  choice.addEventListener("change", () => { warning.hidden = choice.value !== "during"; });
}
