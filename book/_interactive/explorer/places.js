/* Provinces and cities: a map of one year, and every year of every place. */
(function () {
  "use strict";
  const { element, words, said, tell, chain, short, control, select, table, fold, stage, makers, shared } = window.Explorer;
  const COLOURS = ["var(--blue)", "var(--orange)", "var(--green)", "var(--purple)"];

  // Both languages beside each other; an edition in one of them has a message that keeps its own.
  const both = (en, zh) => tell("{en} {zh}", { en, zh });
  const pairs = both("a", "b") !== "b";
  const named = (place) => [element("strong", {}, ...words(both(place.en, place.zh)))];

  function read(set) {
    const places = set.places.map(([id, en, zh, region, region_zh, x, y]) => ({ id, en, zh, region, region_zh, x, y }));
    return { ...set, places };
  }

  const title = (measure) => both(measure.label_en, measure.label_zh);
  // Black or white, whatever is read better on a colour.
  function ink(value, domain) {
    const { r, g, b } = d3.rgb(d3.interpolateCividis((value - domain[0]) / (domain[1] - domain[0] || 1)));
    const [x, y, z] = [r, g, b].map((one) => (one / 255 <= 0.03928 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z > 0.179 ? "#000" : "#fff";
  }

  const extent = (measure) => d3.extent(measure.values.flat().filter((value) => value !== null));

  makers.maps = function (live, data) {
    const sets = (shared.sets = data.sets.map(read));
    let set = sets[0], measure = set.measures[0], year = measure.years.length - 1, wanted = "";
    const choice = element("div", { className: "controls" });
    const picture = element("div");
    const out = element("output");
    const slider = element("input", { type: "range", min: 0, step: 1 });
    let drawn;

    const rows = () => set.places.map((place, i) => ({ ...place, value: measure.values[i][year] }));
    const say = (place) => [...named(place), tell(": {value} in {year} · ", { value: place.value === null ? "no figure" : short(place.value), year: measure.years[year] }),
      ...words(both(place.region, place.region_zh))];
    const fits = (place) => wanted && (place.en.toLowerCase().includes(wanted) || place.zh.includes(wanted));

    const text = (place) => `${both(place.en, place.zh)}\n${place.value === null ? said("no figure") : short(place.value)}`;

    function tiles(all, colour, width) {
      const wide = Math.min(width, 720), roomy = wide > 500, known = all.filter((d) => d.value !== null);
      const fill = (d) => (d.value === null ? "currentColor" : ink(d.value, colour.domain));
      return Plot.plot({ width: wide, height: Math.round(wide * 0.9), margin: 4, style: { fontSize: roomy ? "13px" : "10px" }, ariaLabel: title(measure), color: colour,
        x: { axis: null, domain: d3.range(d3.min(all, (d) => d.x), d3.max(all, (d) => d.x) + 1), type: "band", padding: 0.04 },
        y: { axis: null, domain: d3.range(d3.min(all, (d) => d.y), d3.max(all, (d) => d.y) + 1), type: "band", padding: 0.04 },
        marks: [
          Plot.cell(known, { x: "x", y: "y", fill: "value" }),
          Plot.cell(all.filter((d) => d.value === null), { x: "x", y: "y", fill: "none", stroke: "var(--muted)", strokeDasharray: "3 3" }),
          Plot.cell(all.filter(fits), { x: "x", y: "y", fill: "none", stroke: "var(--orange)", strokeWidth: 4 }),
          Plot.text(all, { x: "x", y: "y", text: (d) => d.zh.slice(0, 3), dy: roomy ? -16 : -7, fill }),
          roomy && pairs ? Plot.text(all, { x: "x", y: "y", text: "en", dy: 1, fontSize: 11.5, fill }) : null,
          Plot.text(all, { x: "x", y: "y", text: (d) => (d.value === null ? "–" : short(d.value)), dy: roomy ? 17 : 9, fill }),
          Plot.tip(all, Plot.pointer({ x: "x", y: "y", title: text, maxRadius: 60 })),
        ] });
    }

    function points(all, colour, width) {
      const [low, high] = d3.extent(all, (d) => d.y), [west, east] = d3.extent(all, (d) => d.x);
      const ratio = (high - low) / ((east - west) * Math.cos((((low + high) / 2) * Math.PI) / 180));
      const here = all.filter((d) => d.x !== null), known = here.filter((d) => d.value !== null);
      return Plot.plot({ width, height: Math.round(width * ratio), margin: 14, ariaLabel: title(measure), color: colour, r: { domain: colour.domain, range: width < 500 ? [1.5, 4.5] : [2.5, 8] },
        x: { axis: null, domain: [west, east] }, y: { axis: null, domain: [low, high] },
        marks: [
          Plot.dot(here.filter((d) => d.value === null), { x: "x", y: "y", r: 2.5, stroke: "var(--muted)" }),
          Plot.dot(known, { x: "x", y: "y", r: "value", fill: "value", stroke: "var(--muted)", strokeWidth: 0.5, sort: "value" }),
          Plot.dot(here.filter(fits), { x: "x", y: "y", r: 11, stroke: "var(--orange)", strokeWidth: 3 }),
          Plot.tip(here, Plot.pointer({ x: "x", y: "y", title: text, maxRadius: 40 })),
        ] });
    }

    function stops(plot) {
      const [x, y] = ["x", "y"].map((name) => plot.scale(name));
      const middle = (scale) => (scale.bandwidth || 0) / 2;
      return [...rows()].filter((d) => d.x !== null && (d.value !== null || set.tiled)).sort((a, b) => b.value - a.value)
        .map((d) => [x.apply(d.x) + middle(x), y.apply(d.y) + middle(y)]);
    }

    function paint() {
      out.textContent = measure.years[year];
      slider.setAttribute("aria-valuetext", String(measure.years[year]));
      drawn.paint();
    }

    function make() {
      slider.max = measure.years.length - 1;
      slider.value = year;
      drawn = stage({
        label: tell("{kind}: {title}, from the highest value to the lowest.", { kind: set.kind, title: title(measure) }), say, stops,
        draw: (width) => {
          const colour = { scheme: "cividis", domain: extent(measure) };
          const plot = (set.tiled ? tiles : points)(rows(), colour, width);
          plot.querySelectorAll("text").forEach((one) => { if (/[\u3400-\u9fff]/.test(one.textContent)) one.setAttribute("lang", "zh"); });
          const legend = Plot.legend({ color: colour, width: Math.min(width, 320) });
          const figure = element("div", {}, element("p", { className: "key" }, ...words(title(measure)), measure.unit ? tell(", {unit}", measure) : "", "; dashed or a ring: no figure"), legend, plot);
          figure.svg = plot;
          figure.scale = plot.scale;
          plot.addEventListener("input", () => { figure.value = plot.value; figure.dispatchEvent(new Event("input")); });
          return figure;
        },
      });
      picture.replaceChildren(...drawn.nodes);
      paint();
    }

    function chosen() {
      choice.replaceChildren(
        control("Places", select(sets.map((one, i) => [String(i), one.kind]), String(sets.indexOf(set)), (i) => {
          set = sets[i]; measure = set.measures[0]; year = measure.years.length - 1; chosen(); choice.querySelector("select").focus();
        })),
        control("Measure", select(set.measures.map((one, i) => [String(i), title(one)]), String(set.measures.indexOf(measure)), (i) => {
          const was = measure.years[year];
          measure = set.measures[i]; year = Math.max(0, measure.years.indexOf(was) < 0 ? measure.years.length - 1 : measure.years.indexOf(was)); make();
        })));
      make();
    }

    const find = element("input", { type: "search", placeholder: "Hubei, 武汉 …" });
    find.addEventListener("input", () => {
      wanted = find.value.trim().toLowerCase();
      paint();
      const first = rows().filter(fits);
      drawn.status.replaceChildren(...(first.length === 0 ? [wanted ? "No such place." : ""] : first.slice(0, 3).flatMap((d, i) => [i ? "; " : "", ...say(d)])));
    });
    slider.addEventListener("input", () => { year = Number(slider.value); paint(); });
    live.append(choice, control("Year", slider, out), control("Find a place", find), picture,
      fold("All years as a table", () => element("div", {}, sets.map((one) => listed(one, one.measures[0])))));
    chosen();
  };

  const listed = (set, measure, what = "by year") => table(tell("{title} of {kind}, {what}", { title: title(measure), kind: set.kind, what }), ["Place", "Region", ...measure.years],
    set.places.map((place, i) => [both(place.en, place.zh), both(place.region, place.region_zh), ...measure.values[i].map(short)]));

  makers.paths = function (live) {
    const sets = shared.sets;
    if (!sets) return;
    let set = sets[0], measure = set.measures[0], region = "";
    const choice = element("div", { className: "controls" });
    const picture = element("div");

    function make() {
      const regions = [...new Set(set.places.map((place) => place.region))].sort();
      const rows = set.places.flatMap((place, i) => (region && place.region !== region ? [] :
        measure.years.map((year, k) => ({ ...place, year, value: measure.values[i][k] }))));
      const known = rows.filter((row) => row.value !== null);
      const ends = d3.groups(known, (row) => row.id).map(([, own]) => own[own.length - 1]).sort((a, b) => b.value - a.value);
      const say = (row, svg) => {
        svg.querySelectorAll(".lines path").forEach((path) => path.classList.toggle("pointed-at", path.getAttribute("aria-label") === row.en));
        const own = known.filter((other) => other.id === row.id);
        return [...named(row), tell(": {values} · ", { values: chain(own.map((other) => `${other.year} ${short(other.value)}`)) }), ...words(both(row.region, row.region_zh))];
      };
      const drawn = stage({
        label: tell("{title} of {kind} by year.", { title: title(measure), kind: set.kind }), say,
        draw: (width) => {
          const plot = Plot.plot({ width, height: 380, marginLeft: 44, marginRight: 20, style: { fontSize: "12px" }, ariaLabel: title(measure),
            color: { domain: regions, range: COLOURS }, x: { label: said("year"), tickFormat: "d", ticks: width < 500 ? 5 : 10 }, y: { label: null, grid: true, zero: true },
            marks: [
              Plot.line(rows, { x: "year", y: "value", z: "id", stroke: "region", strokeOpacity: set.places.length > 60 ? 0.35 : 0.7, strokeWidth: 1.2, className: "lines", ariaLabel: "en" }),
              Plot.tip(known, Plot.pointer({ x: "year", y: "value", title: (d) => `${both(d.en, d.zh)}\n${d.year}: ${short(d.value)}` })),
            ] });
          const zh = Object.fromEntries(set.places.map((place) => [place.region, place.region_zh]));
          const legend = element("p", { className: "key" }, regions.flatMap((name, i) => {
            const swatch = element("span", { className: "swatch", ariaHidden: "true" });
            swatch.style.background = COLOURS[i];
            return [swatch, ...words(both(name, zh[name])), "  "];
          }));
          const figure = element("div", {}, legend, plot);
          figure.svg = plot;
          figure.scale = plot.scale;
          plot.addEventListener("input", () => { figure.value = plot.value; figure.dispatchEvent(new Event("input")); });
          return figure;
        },
        stops: (plot) => ends.map((row) => [plot.scale("x").apply(row.year), plot.scale("y").apply(row.value)]),
      });
      picture.replaceChildren(...drawn.nodes, fold("The same as a table", () => listed(set, measure, "line by line")));
      drawn.paint();
    }

    function chosen() {
      const regions = d3.groups(set.places, (place) => place.region, (place) => place.region_zh).map(([name, zh]) => [name, both(name, zh[0][0])]);
      choice.replaceChildren(
        control("Places", select(sets.map((one, i) => [String(i), one.kind]), String(sets.indexOf(set)), (i) => {
          set = sets[i]; measure = set.measures[0]; region = ""; chosen(); choice.querySelector("select").focus(); })),
        control("Measure", select(set.measures.map((one, i) => [String(i), title(one)]), "0", (i) => { measure = set.measures[i]; make(); })),
        control("Region", select([["", "all"], ...regions], "", (name) => { region = name; make(); })));
      make();
    }

    live.append(choice, picture);
    chosen();
  };
})();
