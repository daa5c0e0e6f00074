/* Let a reader sort a table by its heads and narrow it by its columns. Only tables marked
   data-sortable; without this script they are complete and stand in their own order. */
(function () {
  "use strict";

  // An edition in another language brings its words along (`edition.py`).
  let said = {};
  const say = (text, slots = {}) =>
    Object.entries(slots).reduce((all, [name, value]) => all.replace(`{${name}}`, value), said[text] ?? text);
  const same = (text, name) => text === name || text === say(name);

  const key = (row, at) => row.cells[at].dataset.sort ?? row.cells[at].textContent.trim();

  // Missing keys come last in either direction; ties keep the order of the page.
  function sort(rows, at, numbers, turn) {
    return rows
      .map((row, place) => ({ row, place, key: key(row, at) }))
      .sort((a, b) => {
        if ((a.key === "") !== (b.key === "")) return a.key === "" ? 1 : -1;
        const apart = numbers ? Number(a.key) - Number(b.key) : a.key.localeCompare(b.key, "en");
        return turn * apart || a.place - b.place;
      })
      .map((item) => item.row);
  }

  function headings(table, rows, tell) {
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      head.setAttribute("aria-sort", at === 0 ? "ascending" : "none");
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        table.tBodies[0].append(...sort(rows, at, head.dataset.kind === "number", down ? -1 : 1));
        const how = down ? "Sorted by {name}, descending." : "Sorted by {name}, ascending.";
        tell(say(how, { name: button.textContent }));
      });
    });
  }

  const column = (table, name) =>
    Array.from(table.tHead.rows[0].cells).findIndex((head) => same(head.textContent, name));

  // A cell may hold several words, as that of the data sets does.
  const words = (row, at) => row.cells[at].dataset.words?.split("|") ?? [row.cells[at].textContent.trim()];

  // Every word of a column with its number of rows, in the order of the column's keys.
  function counted(rows, at) {
    const known = new Set(sort(rows, at, true, 1).flatMap((row) => words(row, at)));
    return ["all", ...known].map((word) => {
      const fits = (row) => word === "all" || words(row, at).includes(word);
      return { word, fits, text: say("{word} ({n})", { word: say(word), n: rows.filter(fits).length }) };
    });
  }

  // Buttons narrow by one column; `choose` is told what a row has to fit.
  function buttons(table, rows, name, choose) {
    const at = column(table, name);
    if (at < 0) return undefined;
    const group = document.createElement("div");
    group.className = "table-filter";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", say("Show by {name}", { name: say(name) }));
    for (const { word, fits, text } of counted(rows, at)) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.setAttribute("aria-pressed", String(word === "all"));
      button.addEventListener("click", () => {
        group.querySelectorAll("button").forEach((other) => {
          other.setAttribute("aria-pressed", String(other === button));
        });
        choose(name, fits);
      });
      group.append(button);
    }
    return group;
  }

  // A list for each of several columns; the address may choose: ?verdict=mixed.
  function lists(table, rows, names, choose) {
    const asked = new URLSearchParams(location.search);
    const group = document.createElement("div");
    group.className = "table-filter";
    for (const name of names) {
      const known = counted(rows, column(table, name));
      const list = document.createElement("select");
      list.append(...known.map(({ word, text }) => new Option(text, word)));
      list.addEventListener("change", () => choose(name, known[list.selectedIndex].fits));
      const label = document.createElement("label");
      label.append(`${say(name)} `, list);
      group.append(label);
      const wanted = known.findIndex(({ word }) => same(word, asked.get(name.toLowerCase())));
      if (wanted > 0) {
        list.selectedIndex = wanted;
        choose(name, known[wanted].fits);
      }
    }
    return group;
  }

  function start() {
    said = JSON.parse(document.getElementById("messages")?.textContent ?? "{}");
    document.querySelectorAll("table[data-sortable]").forEach((table) => {
      const rows = Array.from(table.tBodies[0].rows);
      const status = document.createElement("p");
      status.className = "table-status";
      status.setAttribute("role", "status");
      const tell = (said) => { status.textContent = said; };
      const chosen = new Map();
      const choose = (name, fits) => {
        chosen.set(name, fits);
        const shown = rows.filter((row) => Array.from(chosen.values()).every((fit) => fit(row)));
        rows.forEach((row) => { row.hidden = !shown.includes(row); });
        tell(say("{n} of {all} rows shown.", { n: shown.length, all: rows.length }));
      };
      const { filter, select } = table.dataset;
      const group = filter ? buttons(table, rows, filter, choose)
        : select ? lists(table, rows, select.split(", "), choose) : undefined;
      headings(table, rows, tell);
      const box = table.closest(".scroll") || table;
      box.before(...(group ? [group] : []), status);
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
