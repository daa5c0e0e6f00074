/* One claim at a time: every data set it was put to, and every specification that was admitted. */
(function () {
  "use strict";
  const { element, words, said, tell, chain, cropped, number, signed, badge, control, select, table, fold, stage, makers } = window.Explorer;
  const MOST = 3; // wider intervals are cut, or one of them would flatten all others

  const interval = (part) => (part.low === null ? said("no interval") : `[${signed(part.low)}, ${signed(part.high)}]`);
  const unit = (part) => (part.unit === "within-SDs" ? "" : ` ${said(part.unit)}`);
  const without = (part, end) => (part[`${end}_without`] ? tell("without {place} {estimate}", { place: part[`${end}_without`], estimate: signed(part[end]) }) : "");

  function sayPart({ record, part }) {
    const left = chain(["lowest", "highest"].map((end) => without(part, end)));
    const given = { estimate: `${signed(part.tested)}${unit(part)}`, interval: interval(part), p: number(part.p, 3), left };
    return [element("strong", {}, tell("{name}: ", record)), ...words(part.label),
      tell(left ? ": {estimate} {interval}, p = {p}; {left}." : ": {estimate} {interval}, p = {p}.", given), " ", badge(record.word)];
  }

  function estimates(rows) {
    const names = rows.map((row) => row.name);
    return {
      label: said("Estimates by data set."),
      say: sayPart,
      draw: (width) => Plot.plot({
        width, height: 70 + 30 * rows.length, marginLeft: width < 500 ? 96 : 150, marginRight: 16, marginBottom: 40,
        style: { fontSize: "13px" }, ariaLabel: said("Estimates by data set"),
        x: { label: said("estimate, within-SDs"), grid: true, zero: true, clamp: true },
        y: { label: null, domain: names, tickSize: 0 },
        marks: [
          Plot.barX(rows, { x1: (d) => -d.part.plausible, x2: (d) => d.part.plausible, y: "name", fill: "currentColor", fillOpacity: 0.07, inset: -1 }),
          Plot.ruleX([0], { strokeOpacity: 0.6 }),
          Plot.barX(rows.filter((d) => d.part.lowest !== undefined), { x1: (d) => d.part.lowest, x2: (d) => d.part.highest, y: "name", fill: "var(--orange)", fillOpacity: 0.45, insetTop: 6, insetBottom: 6 }),
          Plot.ruleY(rows.filter((d) => d.part.low !== null), { x1: (d) => Math.max(-MOST, d.part.low), x2: (d) => Math.min(MOST, d.part.high), y: "name", stroke: "var(--blue)", strokeWidth: 2.5 }),
          Plot.dot(rows, { x: (d) => d.part.tested, y: "name", r: 5, fill: "var(--blue)" }),
          Plot.dot(rows, Plot.pointerY({ x: (d) => d.part.tested, y: "name", r: 9, stroke: "currentColor", maxRadius: 200 })),
        ],
      }),
      stops: (plot) => rows.map((row) => [plot.scale("x").apply(row.part.tested), plot.scale("y").apply(row.name) + plot.scale("y").bandwidth / 2]),
    };
  }

  const pair = ([choice, value]) => tell("{choice}: {value}", { choice, value });

  function specifications(curve) {
    const letters = "0123456789abcdefghijklmnopqrstuvwxyz";
    const rows = curve.estimate.map((estimate, rank) => ({
      rank, estimate, low: estimate - curve.half[rank], high: estimate + curve.half[rank],
      declared: curve.declared.includes(rank),
      chose: curve.choices.map((choice) => [said(choice.name), said(choice.values[letters.indexOf(choice.of[rank])])]),
    }));
    for (const row of rows) row.clear = row.low > 0 || row.high < 0;
    const ticks = rows.flatMap((row) => row.chose.map((one) => ({ rank: row.rank, row: pair(one), declared: row.declared })));
    const values = new Map(curve.choices.flatMap((choice) => choice.values.map((value) => [pair([choice.name, value]), said(value)])));
    return { rows, ticks, values, order: [...values.keys()] };
  }

  const saySpecification = (row) => [
    element("strong", {}, tell("{choice}: {value}", {
      choice: tell(row.declared ? "{rank}, declared" : "{rank}", { rank: row.rank + 1 }),
      value: `${signed(row.estimate)} [${signed(row.low)}, ${signed(row.high)}]`,
    })),
    ` · ${row.chose.map(pair).join(" · ")}`];

  function curveStage(curve) {
    const { rows, ticks, values, order } = specifications(curve);
    const ends = [d3.quantile(rows.map((r) => r.low), 0.02), d3.quantile(rows.map((r) => r.high), 0.98), 0];
    const band = (curve.band || [[], []])[0].map((low, rank) => ({ rank, low, high: curve.band[1][rank] }));
    const cut = (value) => Math.max(Math.min(value, d3.max(ends)), d3.min(ends));
    const tick = (name, narrow) => {
      const short = name.replace(/[:：]/, "");
      return narrow ? (cropped(short, 16) === short ? short : cropped(values.get(name), 16)) : cropped(name, 26);
    };
    return {
      label: tell("Specification curve, {n} specifications.", { n: rows.length }),
      say: saySpecification,
      draw: (width) => {
        const left = width < 500 ? 118 : 190, common = { width, marginLeft: left, marginRight: 10, style: { fontSize: "12px" } };
        const x = { domain: [-1, rows.length], axis: null };
        const top = Plot.plot({ ...common, height: 250, marginBottom: 8, ariaLabel: said("Estimates, sorted"), x,
          y: { label: said("estimate, within-SDs"), grid: true, domain: d3.extent(ends), nice: true },
          marks: [
            Plot.ruleX(rows, { x: "rank", y1: (d) => cut(d.low), y2: (d) => cut(d.high), stroke: (d) => (d.clear ? "var(--blue)" : "var(--muted)"), strokeOpacity: 0.3 }),
            band.length ? Plot.areaY(band, { x: "rank", y1: "low", y2: "high", fill: "var(--purple)", fillOpacity: 0.18, clip: true }) : null,
            Plot.ruleY([0]),
            Plot.dot(rows, { x: "rank", y: "estimate", r: 1.8, fill: (d) => (d.clear ? "var(--blue)" : "var(--muted)") }),
            Plot.dot(rows.filter((d) => d.declared), { x: "rank", y: "estimate", r: 6, symbol: "diamond", fill: "var(--orange)" }),
            Plot.ruleX(rows, Plot.pointerX({ x: "rank", stroke: "currentColor", maxRadius: Infinity })),
            Plot.dot(rows, Plot.pointerX({ x: "rank", y: "estimate", r: 5, stroke: "currentColor", fill: "var(--blue)", maxRadius: Infinity })),
          ] });
        const bottom = Plot.plot({ ...common, height: 16 + 17 * order.length, marginTop: 2, marginBottom: 14, ariaLabel: said("What each specification chose"), x,
          y: { label: null, domain: order, tickFormat: (name) => tick(name, width < 500), tickSize: 0, padding: 0.25 },
          marks: [Plot.tickX(ticks, { x: "rank", y: "row", stroke: (d) => (d.declared ? "var(--orange)" : "currentColor"), strokeWidth: (d) => (d.declared ? 2.5 : Math.max(0.5, Math.min(1.6, 300 / rows.length))) })] });
        const both = element("div", { className: "curve" }, bottom);
        both.prepend(top);
        both.scale = top.scale;
        top.addEventListener("input", () => { both.value = top.value; both.dispatchEvent(new Event("input")); });
        both.svg = top;
        return both;
      },
      stops: (plot) => rows.map((row) => [plot.scale("x").apply(row.rank), plot.scale("y").apply(cut(row.estimate))]),
      rows,
    };
  }

  makers.claims = function (live, data) {
    const all = data.claims, label = (claim) => tell("{id} ({word}): {sentence}", claim);
    const asked = new URLSearchParams(location.search).get("claim");
    let now = all.find((claim) => claim.id === (asked || data.first)) || all[0];
    const list = element("select", { size: 6 });
    const search = element("input", { type: "search", placeholder: "M16, green, mixed …" });
    const found = element("p", { className: "pointed", role: "status" });
    const panel = element("div", { className: "claim" });

    function fill() {
      const wanted = search.value.trim().toLowerCase();
      const kept = all.filter((claim) => label(claim).toLowerCase().includes(wanted));
      list.replaceChildren(...kept.map((claim) => element("option", { value: claim.id, selected: claim === now }, label(claim))));
      found.textContent = wanted ? tell("{n} of {all} claims.", { n: kept.length, all: all.length }) : "";
    }

    function show() {
      const rows = now.records.flatMap((record) => record.parts.map((part, i) => ({
        record, part, name: `${said(record.name)}${record.parts.length > 1 ? ` ${i + 1}` : ""}` })));
      const sds = rows.filter((row) => row.part.unit === "within-SDs");
      const head = element("p", {}, element("strong", {}, now.id), " ", ...words(now.sentence), " ", badge(now.word), " ",
        element("a", { href: now.href }, tell("Read {id}", now)));
      panel.replaceChildren(head, element("p", { className: "reason" }, ...words(now.reason)));
      if (rows.length) panel.append(...byData(rows, sds));
      if (now.curve) panel.append(...curve());
      else if (rows.length) panel.append(element("p", { className: "reason" }, "No specification curve was asked of this claim."));
      panel.querySelectorAll(".stage").forEach((box) => box.paint());
    }

    function byData(rows, sds) {
      const one = stage(estimates(sds));
      one.nodes[0].paint = one.paint;
      const primary = rows[0];
      one.status.replaceChildren(...sayPart(primary));
      const choose = select(rows.map((row, i) => [String(i), row.name]), "0", (i) => {
        one.status.replaceChildren(...sayPart(rows[Number(i)]));
        if (sds.includes(rows[Number(i)])) one.go(sds.indexOf(rows[Number(i)]));
      });
      const key = element("p", { className: "key" }, "Line: 95% interval. Orange: all estimates with one place left out. Grey: effects smaller than a plausible one.");
      return [control("Data set, the sharpest first", choose), ...(sds.length ? one.nodes : [one.status]), ...(sds.length ? [key] : []),
        fold("The same as a table", () => table(tell("{id} by data set", now),
          ["Data set", "What on what", "Estimate", "95% interval", "p", "Lowest and highest without one", "Word"],
          rows.map(({ name, part, record }) => [name, part.label, signed(part.tested) + unit(part), interval(part), number(part.p, 3),
            chain(["lowest", "highest"].map((end) => without(part, end)), "{one}; {other}") || "–", record.word])))];
    }

    function curve() {
      const parts = curveStage(now.curve), one = stage(parts);
      one.nodes[0].paint = one.paint;
      const declared = parts.rows.find((row) => row.declared);
      one.status.replaceChildren(...saySpecification(declared || parts.rows[0]));
      return [element("p", { className: "key" }, `${tell("{n} specifications, sorted. Blue: interval without 0. Diamond: declared. Purple: where placebo curves lie.", { n: parts.rows.length })} ${said(now.curve.null)}`),
        ...one.nodes,
        fold("Every specification as a table", () => table(tell("{id}: specifications", now),
          ["Rank", "Estimate", "95% interval", ...now.curve.choices.map((choice) => choice.name)],
          parts.rows.map((row) => [tell(row.declared ? "{rank} (declared)" : "{rank}", { rank: row.rank + 1 }), signed(row.estimate), `[${signed(row.low)}, ${signed(row.high)}]`, ...row.chose.map(([, value]) => value)])))];
    }

    search.addEventListener("input", fill);
    list.addEventListener("change", () => { now = all.find((claim) => claim.id === list.value); show(); });
    live.append(control("Find a claim by number, word or verdict", search), found, control("Claim", list), panel);
    fill();
    list.selectedOptions[0]?.scrollIntoView?.({ block: "nearest" });
    show();
  };
})();
