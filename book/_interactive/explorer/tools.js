/* What the pieces of the page share: elements, numbers, a drawing that keys can walk through.
   A piece holds its data as JSON and what stands without a script; a script adds controls and puts
   its own drawing in place of the still one. */
(function () {
  "use strict";

  const HAN = /[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+/;

  // In another edition the page holds its words by the English ones; {slots} are filled here.
  const messages = JSON.parse(document.getElementById("messages")?.textContent || "{}");
  const said = (text) => messages[text] ?? text;
  const tell = (message, values = {}) =>
    said(message).replace(/\{(\w+)\}/g, (slot, name) => said(String(values[name] ?? slot)));

  const chain = (parts, message = "{one}, {other}") =>
    parts.filter(Boolean).reduce((one, other) => (one ? tell(message, { one, other }) : other), "");
  // A Chinese letter takes the room of two others.
  const room = (text) => [...text].reduce((sum, letter) => sum + (HAN.test(letter) ? 2 : 1), 0);
  const cropped = (text, most) => {
    if (room(text) <= most) return text;
    while (room(text) >= most) text = text.slice(0, -1);
    return `${text}…`;
  };

  const SPOKEN = new Set(["ariaLabel", "ariaRoleDescription", "placeholder", "title"]);
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name in made && name !== "list") made[name] = SPOKEN.has(name) ? said(value) : value;
      else made.setAttribute(name, value);
    }
    const shown = children.flat().filter((child) => child !== null && child !== undefined);
    made.append(...shown.map((child) => (typeof child === "string" ? said(child) : child)));
    return made;
  }

  // Chinese inside a text is said to be Chinese.
  const words = (text) =>
    said(String(text)).split(new RegExp(`(${HAN.source})`)).filter(Boolean)
      .map((part) => (HAN.test(part) ? element("span", { lang: "zh" }, part) : part));

  const number = (value, digits = 2) =>
    value === null || value === undefined ? "–" : value.toFixed(digits).replace("-", "−");
  const signed = (value, digits = 2) =>
    (value > 0 && Number(value.toFixed(digits)) > 0 ? "+" : "") + number(value, digits);
  const short = (value) =>
    value === null ? "–" : String(Number(value.toPrecision(3))).replace("-", "−");

  const badge = (word) =>
    element("span", { className: `verdict verdict-${word.replaceAll(" ", "-")}` }, word);

  let count = 0;
  function control(label, input, ...more) {
    input.id = input.id || `explorer-${(count += 1)}`;
    return element("div", { className: "control" },
      element("label", { htmlFor: input.id }, ...words(label)), input, ...more);
  }

  function select(options, chosen, changed) {
    const made = element("select", {}, options.map(([value, label]) =>
      element("option", { value, selected: value === chosen }, ...words(label))));
    made.addEventListener("change", () => changed(made.value));
    return made;
  }

  function table(caption, heads, rows) {
    const cell = (value) => (value instanceof Node ? [value] : words(value));
    return element("div", { className: "scroll", role: "region", tabIndex: 0, ariaLabel: caption },
      element("table", { className: "book" },
        element("caption", {}, ...words(caption)),
        element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col" }, head)))),
        element("tbody", {}, rows.map(([first, ...rest]) => element("tr", {},
          element("th", { scope: "row" }, ...cell(first)),
          rest.map((value) => element("td", {}, ...cell(value))))))));
  }

  // Long tables are made when somebody opens them.
  function fold(summary, make) {
    const made = element("details", { className: "tables" }, element("summary", {}, summary));
    made.addEventListener("toggle", () => {
      if (made.open && made.children.length === 1) made.append(make());
    });
    return made;
  }

  /* Draw into a box, at its width, again when that changes. `draw(width)` returns a Plot; keys walk
     through `stops(plot)`, places of the drawing in pixels; `say(value)` tells what is pointed at. */
  function stage({ label, draw, stops, say, chosen }) {
    const box = element("div", { className: "stage", tabIndex: 0, role: "application",
      ariaRoleDescription: "figure", ariaLabel: tell("{label} Arrow keys go from one to the next.", { label }) });
    const status = element("p", { className: "pointed", role: "status" });
    let plot, at = -1, width = 0;

    function paint() {
      width = Math.floor(box.clientWidth);
      if (!width) return;
      plot = draw(width);
      const svg = plot.svg || plot;
      plot.querySelectorAll("svg").forEach((one) => one.setAttribute("aria-hidden", "true"));
      svg.setAttribute("aria-hidden", "true"); // the status and the tables say what it shows
      plot.addEventListener("input", () => {
        if (plot.value) status.replaceChildren(...say(plot.value, svg));
      });
      plot.addEventListener("click", () => { if (plot.value && chosen) chosen(plot.value); });
      box.replaceChildren(plot);
      box.target = svg;
      at = -1;
    }

    function go(place) {
      const all = stops(plot);
      if (!all.length) return;
      at = Math.max(0, Math.min(all.length - 1, place));
      const area = box.target.getBoundingClientRect(), scale = area.width / box.target.viewBox.baseVal.width;
      box.target.dispatchEvent(new PointerEvent("pointermove", {
        clientX: area.left + all[at][0] * scale, clientY: area.top + all[at][1] * scale,
        pointerType: "mouse", bubbles: true }));
    }

    box.addEventListener("keydown", (event) => {
      const last = stops(plot).length - 1, page = Math.max(1, Math.round(last / 10));
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1,
        Home: 0, End: last, PageDown: at + page, PageUp: at - page }[event.key];
      if (event.key === "Enter" && plot.value && chosen) chosen(plot.value);
      if (to === undefined) return;
      event.preventDefault();
      go(to);
    });
    box.addEventListener("focus", () => { if (at < 0 && box.matches(":focus-visible")) go(0); });
    new ResizeObserver(() => { if (Math.floor(box.clientWidth) !== width) paint(); }).observe(box);
    return { nodes: [box, status], paint, go, status };
  }

  const makers = {};
  function start() {
    for (const piece of document.querySelectorAll("[data-explorer]")) {
      const make = makers[piece.dataset.explorer];
      const data = JSON.parse(piece.querySelector("script[type='application/json']").textContent);
      const live = element("div", { className: "live" });
      piece.prepend(live); // in the page, so that drawings know how wide they may be
      make(live, data, piece);
      piece.querySelector(".still").hidden = true;
    }
  }

  window.Explorer = { element, words, said, tell, chain, cropped, number, signed, short, badge, control, select, table, fold, stage, makers, shared: {} };
  document.addEventListener("DOMContentLoaded", start);
})();
