// Adds and removes rows of a table field without a round trip; without this module the same buttons ask the server.
// Shows what was pasted from a spreadsheet before it goes into the table; putting it there is the server's work.
//
// <div data-rows data-rows-next="3">            next free index
//   <tbody data-rows-body> <tr data-row> ... <button data-rows-remove>
//   <template> <tr data-row> ... __index__ in names and ids, __number__ in labels </template>
//   <button type="submit" data-rows-add>

function filled(template, index, number) {
  const row = template.content.firstElementChild.cloneNode(true);
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of element.attributes) {
      attribute.value = attribute.value.replaceAll("__index__", index).replaceAll("__number__", number);
    }
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) node.data = node.data.replaceAll("__number__", number);
    }
  }
  return row;
}

const changed = (element) => element.dispatchEvent(new Event("input", { bubbles: true }));

for (const table of document.querySelectorAll("[data-rows]")) {
  const body = table.querySelector("[data-rows-body]");
  const template = table.querySelector("template");
  const add = table.querySelector("[data-rows-add]");
  let next = Number(table.dataset.rowsNext ?? body.querySelectorAll("[data-row]").length);

  table.addEventListener("click", (event) => {
    const button = event.target.closest("[data-rows-add], [data-rows-remove]");
    if (!button) return;
    event.preventDefault();
    if (button === add) {
      const row = filled(template, next, body.querySelectorAll("[data-row]").length + 1);
      next += 1;
      body.append(row);
      row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    } else {
      const row = button.closest("[data-row]");
      const rows = [...body.querySelectorAll("[data-row]")];
      const neighbour = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
      if (row.nextElementSibling?.matches("[data-row-errors]")) row.nextElementSibling.remove(); // what was wrong in it
      row.remove();
      (neighbour?.querySelector("[data-rows-remove]") ?? add).focus();
    }
    changed(body);
  });
}

// <textarea data-paste data-paste-rows="Rows found: {rows}. The first ones:">, <div data-paste-preview> beside it

const FIRST = 5;

for (const area of document.querySelectorAll("[data-paste]")) {
  const place = area.parentElement.querySelector("[data-paste-preview]");
  area.addEventListener("input", (event) => {
    event.stopPropagation(); // no part of the draft
    const rows = area.value.split(/\r?\n/).filter((line) => line.trim()).map((line) => line.split("\t"));
    place.replaceChildren();
    if (!rows.length) return;
    const words = document.createElement("p");
    words.className = "small mb-1 mt-2";
    words.textContent = area.dataset.pasteRows.replace("{rows}", rows.length);
    const table = document.createElement("table");
    table.className = "table small";
    for (const cells of rows.slice(0, FIRST)) {
      const row = table.insertRow();
      for (const cell of cells) row.insertCell().textContent = cell;
    }
    place.append(words, table);
  });
}
