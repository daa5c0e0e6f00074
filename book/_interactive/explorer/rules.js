/* Sliders for the numbers of the rules. Every word shown here was given beforehand by the program
   that judges; nothing is judged in the page. */
(function () {
  "use strict";
  const { element, words, said, tell, badge, control, table, fold, makers } = window.Explorer;

  makers.rules = function (live, data, piece) {
    const [first, second] = data.together_names;
    const names = Object.keys(data.values);
    const claims = Object.keys(data.words).filter((key) => !key.includes("@"));
    const tests = Object.keys(data.words).length - claims.length;
    const home = Object.fromEntries(names.map((n) => [n, data.values[n].indexOf(data.default[n])]));
    const at = { ...home }, sliders = {};

    const cases = () => {
      const moved = names.find((name) => name in data.alone && at[name] !== home[name]);
      return moved ? data.alone[moved][at[moved]]
        : data.together[at[first] * data.values[second].length + at[second]];
    };

    function move(name, place) {
      const together = data.together_names.includes(name);
      for (const other of names) {
        if (!(together && data.together_names.includes(other))) at[other] = home[other];
      }
      at[name] = place;
      show();
    }

    function slider(name) {
      const values = data.values[name];
      const input = element("input", { type: "range", min: 0, max: values.length - 1, step: 1 });
      input.dataset.number = name;
      const out = element("output");
      input.addEventListener("input", () => move(name, Number(input.value)));
      const mark = element("span", { className: "home", ariaHidden: "true" }, "▲");
      mark.style.setProperty("--at", home[name] / Math.max(1, values.length - 1));
      sliders[name] = { input, out };
      const made = control(data.names[name], input, out);
      out.before(element("span", { className: "track" }, input, mark));
      made.title = said(data.meaning[name]);
      return made;
    }

    const status = element("p", { className: "changed", role: "status" });
    const groups = element("div", { className: "groups" });
    const detail = element("div");
    const reset = element("button", { type: "button" }, "As in the rules");
    reset.addEventListener("click", () => { Object.assign(at, home); show(); });
    const rest = element("details", { className: "tables" },
      element("summary", {}, "The other numbers, one at a time"),
      names.filter((name) => name in data.alone).map(slider));
    live.append(
      element("fieldset", {}, element("legend", {}, "Move a number (▲ where the rules have it)"),
        data.together_names.map(slider), rest, reset),
      status, groups, detail,
      element("details", { className: "tables" }, element("summary", {}, "How many claims change, number by number"),
        ...Array.from(piece.querySelector(".still").children, (still) => still.cloneNode(true))));

    const link = (claim) =>
      element("a", { href: data.href[claim], title: data.sentences[claim] }, claim);

    function show() {
      for (const [name, { input, out }] of Object.entries(sliders)) {
        const value = data.values[name][at[name]], same = at[name] === home[name];
        input.value = at[name];
        input.setAttribute("aria-valuetext", same ? tell("{value}, as in the rules", { value }) : tell("{value}; in the rules {other}", { value, other: data.default[name] }));
        out.textContent = same ? `${value}` : tell("{value} (rules: {other})", { value, other: data.default[name] });
      }
      const changed = cases();
      const over = claims.filter((claim) => claim in changed);
      const single = Object.keys(changed).filter((key) => key.includes("@"));
      status.textContent = tell("{n} of {all} claims change their word over all data sets; on single data sets {words} of {tests} words change.",
        { n: over.length, all: claims.length, words: single.length, tests });
      const kinds = d3.group(over, (claim) => `${data.words[claim]} ${changed[claim]}`);
      groups.replaceChildren(...Array.from(kinds, ([key, found]) => {
        const [from, to] = key.split(" ").map((i) => data.verdicts[i]);
        return element("p", {}, badge(from), " → ", badge(to), tell(found.length > 1 ? " {n} claims: " : " {n} claim: ", { n: found.length }),
          found.flatMap((claim, i) => (i ? [", ", link(claim)] : [link(claim)])));
      }));
      const open = detail.querySelector("details")?.open;
      const listing = fold("Claim by claim, and on every data set", () => listed(changed));
      detail.replaceChildren(...(single.length + over.length ? [listing] : []));
      if (open) listing.open = true;
    }

    function listed(changed) {
      const affected = claims.filter((claim) =>
        claim in changed || Object.keys(changed).some((key) => key.startsWith(`${claim}@`)));
      return table("Words that change", ["Claim", "What it says", "Over all data sets", "On single data sets"],
        affected.map((claim) => [link(claim), data.sentences[claim],
          claim in changed ? turned(claim, changed) : "no change",
          element("span", {}, ...Object.keys(changed).filter((key) => key.startsWith(`${claim}@`))
            .map((key) => element("div", {}, tell("{data}: ", { data: data.datasets[key.split("@")[1]] }), turned(key, changed))))]));
    }

    const turned = (key, changed) => element("span", { className: "turned" },
      ...words(`${said(data.verdicts[data.words[key]])} → ${said(data.verdicts[changed[key]])}`));

    show();
  };
})();
