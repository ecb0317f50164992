// Adds and removes rows of a table field without a round trip; without this module the same buttons ask the server.
// A row of a schedule whose only content is the date that was proposed here is sent as an empty one.
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

// A schedule goes on: its next row begins the day after the last one ends, or else as far after the last one as that
// after the one before. Anything else is left to who types.
function next(last, before) {
  const [end, from, earlier] = [date(last, "to"), date(last, "from"), date(before, "from")];
  const day = new Date(end ?? from ?? NaN);
  if (end) day.setUTCDate(day.getUTCDate() + 1);
  else if (!earlier || !(from > earlier)) return "";
  else if (from.getUTCDate() === earlier.getUTCDate()) {
    const years = from.getUTCFullYear() - earlier.getUTCFullYear();
    day.setUTCMonth(from.getUTCMonth() + 12 * years + from.getUTCMonth() - earlier.getUTCMonth());
    if (day.getUTCDate() !== from.getUTCDate()) return ""; // no such day in that month
  } else day.setTime(2 * from - earlier);
  return day.toISOString().slice(0, 10);
}

const date = (row, name) => row?.querySelector(`input[type=date][name$="-${name}"]`)?.valueAsDate;

function written(row) {
  const inputs = [...row.querySelectorAll("input, select, textarea")];
  return JSON.stringify(inputs.map(({ value, checked }) => [value, checked]));
}

const changed = (element) => element.dispatchEvent(new Event("input", { bubbles: true }));

for (const table of document.querySelectorAll("[data-rows]")) {
  const body = table.querySelector("[data-rows-body]");
  const template = table.querySelector("template");
  const add = table.querySelector("[data-rows-add]");
  const proposed = new Map(); // the first date of a row that was added, and what stood in the row then
  let index = Number(table.dataset.rowsNext ?? body.querySelectorAll("[data-row]").length);

  table.addEventListener("click", (event) => {
    const button = event.target.closest("[data-rows-add], [data-rows-remove]");
    if (!button) return;
    event.preventDefault();
    if (button === add) {
      const rows = [...body.querySelectorAll("[data-row]")];
      const row = filled(template, index, rows.length + 1);
      index += 1;
      body.append(row);
      const from = row.querySelector("input[type=date][name$='-from']");
      if (from) from.value = next(rows.at(-1), rows.at(-2));
      if (from?.value && row.querySelector("[name$='-value']")) proposed.set(from, written(row));
      const there = from?.value ? "[name$='-value']" : "input:not([type=hidden]), select, textarea";
      row.querySelector(there)?.focus();
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

  // In a draft too: on the next device nobody could tell that the date was only proposed.
  table.closest("form")?.addEventListener("formdata", ({ formData }) => {
    for (const [from, before] of proposed) {
      const row = from.closest("[data-row]");
      if (formData.has(from.name) && written(row) === before) formData.set(from.name, "");
    }
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
