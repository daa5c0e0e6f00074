/* Let a reader sort a table by its heads and narrow it by one column. Only tables marked
   data-sortable; without this script they are complete and stand in their own order. */
(function () {
  "use strict";

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
        tell(`Sorted by ${button.textContent}, ${down ? "descending" : "ascending"}.`);
      });
    });
  }

  function choices(table, rows, tell) {
    const at = Array.from(table.tHead.rows[0].cells).findIndex(
      (head) => head.textContent === table.dataset.filter,
    );
    if (at < 0) return;
    const words = (row) => row.cells[at].textContent.trim();
    const ordered = sort(rows, at, true, 1).map(words);
    const group = document.createElement("div");
    group.className = "table-filter";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", `Show by ${table.dataset.filter}`);
    for (const word of ["all", ...new Set(ordered)]) {
      const fits = (row) => word === "all" || words(row) === word;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${word} (${rows.filter(fits).length})`;
      button.setAttribute("aria-pressed", String(word === "all"));
      button.addEventListener("click", () => {
        group.querySelectorAll("button").forEach((other) => {
          other.setAttribute("aria-pressed", String(other === button));
        });
        rows.forEach((row) => { row.hidden = !fits(row); });
        tell(`${rows.filter(fits).length} of ${rows.length} rows shown.`);
      });
      group.append(button);
    }
    return group;
  }

  function start() {
    document.querySelectorAll("table[data-sortable]").forEach((table) => {
      const rows = Array.from(table.tBodies[0].rows);
      const status = document.createElement("p");
      status.className = "table-status";
      status.setAttribute("role", "status");
      const tell = (words) => { status.textContent = words; };
      const group = table.dataset.filter ? choices(table, rows, tell) : undefined;
      headings(table, rows, tell);
      const box = table.closest(".scroll") || table;
      box.before(...(group ? [group] : []), status);
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
