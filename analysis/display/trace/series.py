"""A page for every series and measure, and one for every data set that lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape

import pandas as pd

from analysis.data.sidecar import Sidecar
from analysis.data.variable import Variable
from analysis.display.formulas import formula_words
from analysis.display.html import Html, scrolling, table
from analysis.display.trace.chart import Course, course, series_chart
from analysis.display.trace.shell import chinese, facts, link
from analysis.display.trace.source import Source

__all__ = ["dataset_page", "datasets_page", "series_page"]

KINDS = {
    "published": "as published",
    "derived": "computed from published figures",
    "proxy": "stands for what is not published",
    "counted": "counted from a published list",
    "index": "index",
    "ratio": "ratio of published figures",
}


def series_page(source: Source, name: str) -> Html:
    """Say what a series or measure is, where it is from and what it looks like.

    Parameters
    ----------
    source : Source
        Its data set.
    name : str
        Column of the panel.

    Returns
    -------
    Html
        The body of the page; links are seen from ``data/<dataset>/``.
    """
    variable = source.panel.describe(name)
    title = f'{escape(variable.label_en)} <span lang="zh">{escape(variable.label_zh)}</span>'
    blocks = [
        f"<h1>{title}</h1>",
        f"<p><code>{escape(name)}</code> of {link(source.panel.roles.title_en, 'index.html')}.</p>",
        facts(list(_facts(source, variable))),
    ]
    found = course(source.panel[name], variable.unit) if variable.processing != "factor" else None
    if found is not None:
        blocks += [_drawn(source, variable, found), _by_year(found)]
    return Html("".join([*blocks, _files(source, variable), _remarks(source, name)]))


def _facts(source: Source, variable: Variable) -> Iterator[tuple[str, str]]:
    unit = variable.unit
    if variable.published_unit and variable.published_unit != unit:
        unit += f", published in {variable.published_unit}"
    years = "" if variable.first_year is None else f"{variable.first_year}–{variable.last_year}"
    yield "Definition", chinese(variable.definition)
    if variable.formula:
        words = formula_words(variable.formula, source.labels)
        yield "How it is made", f"{escape(words)}<br><code>{escape(variable.formula)}</code>"
        yield "Made of", listed_series(source, variable)
    yield "Unit", chinese(unit)
    yield "Years", years
    yield "Gaps", chinese("; ".join(variable.gaps))
    yield "Kind", KINDS.get(variable.processing, variable.processing)
    yield "Publisher", chinese(variable.publisher)
    yield "Compiled via", chinese(variable.compiled_via)
    yield "Terms", chinese(variable.licence)
    yield "Notes", chinese(variable.notes)
    asked = source.asked.get(variable.name, ())
    yield "Used by", ", ".join(link(c, f"../../trace/{c.lower()}.html") for c in asked)


def listed_series(source: Source, variable: Variable, folder: str = "") -> str:
    """List the series of a measure as links, those that only say the size marked."""
    out = []
    for name in variable.series:
        words = source.panel.describe(name).label_en if name in source.panel else name
        size = " <small>(size)</small>" if name in variable.scale else ""
        out.append(f"<li>{link(words, f'{folder}{name}.html')}{size}</li>")
    return f"<ul>{''.join(out)}</ul>"


def _drawn(source: Source, variable: Variable, found: Course) -> str:
    roles, middle = source.panel.roles, found.quantiles[3]
    alt = (
        f"{variable.label_en} of {found.figures.shape[1]} {roles.entities}, {found.years[0]} to "
        f"{found.years[-1]}: the median goes from {middle[0]:,.4g} to {middle[-1]:,.4g} "
        f"{found.unit}."
    )
    return f"<figure>{series_chart(found, alt, roles.entities)}</figure>"


def _by_year(found: Course) -> str:
    lowest, middle, highest = (found.quantiles[i] for i in (0, 3, -1))
    rows = "".join(
        f'<tr><th scope="row">{year}</th><td>{n}</td><td>{a:,.4g}</td><td>{b:,.4g}</td>'
        f"<td>{c:,.4g}</td></tr>"
        for year, n, a, b, c in zip(
            found.years, found.counts, lowest, middle, highest, strict=True
        )
    )  # fmt: skip
    heads = ("Year", "Count", "Lowest", "Median", "Highest")
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    caption = f"By year, in {found.unit}, of {found.figures.shape[1]} entities"
    body = (
        f'<table class="estimates"><caption>{escape(caption)}</caption><thead><tr>{head}</tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )
    return f"<details><summary>Figures by year</summary>{scrolling(body, caption).text}</details>"


def _files(source: Source, variable: Variable) -> str:
    """Name file, hash and terms of every table behind a column, with what can be had."""
    names = dict.fromkeys(
        source.panel.describe(s).table for s in variable.series if s in source.panel
    )
    blocks = [_file(source, source.sidecars[n]) for n in names if n in source.sidecars]
    said = f"<p>The whole data set with its measures: {_whole(source)}.</p>"
    return f'<section id="file"><h2>Files</h2>{"".join(blocks)}{said}</section>'


def _file(source: Source, sidecar: Sidecar) -> str:
    path = f"{source.name}/{sidecar.table}.csv"
    href = f"../../downloads/{source.name}/tables/{sidecar.table}.csv"
    return facts(
        [
            ("Table", f"{chinese(f'{sidecar.title} {sidecar.title_zh}')}"),
            ("File", f"<code>data/{escape(path)}</code>, {link('download', href)}"),
            ("SHA-256", f'<code class="hash">{escape(sidecar.sha256 or "not pinned")}</code>'),
            ("Retrieved", escape(sidecar.retrieved)),
            ("How it was checked", chinese(sidecar.checks)),
        ]
    )


def _whole(source: Source, sizes: Mapping[str, int] | None = None) -> str:
    """Link what most readers want of a data set, as far as it is known to be there."""
    words = {"panel.csv": "panel as csv", "panel.parquet": "as parquet",
             "codebook.csv": "codebook", "datapackage.json": "description"}  # fmt: skip
    base = f"../../downloads/{source.name}/"
    return ", ".join(
        link(said, base + path) for path, said in words.items() if sizes is None or path in sizes
    )


def _remarks(source: Source, name: str) -> str:
    """Count the cells that carry a remark, by remark."""
    flags = source.panel.flags
    counts = flags.loc[flags["variable"] == name, "flag"].value_counts()
    if counts.empty:
        return ""
    rows = [
        {"Remark": code, "What it means": source.remarks.get(str(code), ""), "Cells": str(n)}
        for code, n in counts.items()
    ]
    shown = table(pd.DataFrame(rows), "Cells with a remark, all of them in flags.csv").text
    return f'<section id="remarks"><h2>Doubtful and marked cells</h2>{shown}</section>'


def dataset_page(source: Source, sizes: Mapping[str, int]) -> Html:
    """List the series and measures of a data set, and its files.

    Parameters
    ----------
    source : Source
        The data set.
    sizes : mapping of str to int
        Bytes of the files that can be had, by path in the package.
    """
    roles = source.panel.roles
    said = (
        f"{roles.count} {roles.entities} ({roles.entity_zh}), {roles.first_year} to "
        f"{roles.last_year}. {len(source.series)} published series and {len(source.measures)} "
        "measures built of them, in base units; an empty cell is a missing figure."
    )
    rows = [
        {"File": Html(link(path, f"../../downloads/{source.name}/{path}")),
         "File size": f"{size / 1000:,.0f} kB"} for path, size in sizes.items()
    ]  # fmt: skip
    files = table(
        pd.DataFrame(rows), "A Data Package: datapackage.json describes every column"
    ).text
    return Html(
        f'<h1>{escape(roles.title_en)} <span lang="zh">{escape(roles.title_zh)}</span></h1>'
        f"<p>{chinese(said)}</p><p>Take away the {_whole(source, sizes)}; "
        f"{link('all files', 'index.html#files')}.</p>"
        + _listed("Published series", source.series, lambda v: v.publisher, "Publisher")
        + _listed("Measures", source.measures, lambda v: v.definition, "Definition")
        + f'<section id="files"><h2>Files</h2>{files}</section>'
    )


def _listed(
    head: str, variables: Sequence[Variable], said: Callable[[Variable], str], column: str
) -> str:
    if not variables:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{link(v.label_en, f"{v.name}.html")}<br><small><code>{v.name}</code> '
        f'<span lang="zh">{escape(v.label_zh)}</span></small></th><td>{chinese(v.unit)}</td>'
        f"<td>{v.first_year}–{v.last_year}</td><td>{chinese(said(v))}</td></tr>"
        for v in variables
    )
    heads = "".join(f'<th scope="col">{h}</th>' for h in ("Series", "Unit", "Years", column))
    body = f'<table class="book"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return f"<section><h2>{head}</h2>{scrolling(body, head).text}</section>"


def datasets_page(sources: Sequence[Source]) -> Html:
    """List the data sets; links are seen from ``data/``."""
    rows = [
        {
            "Data set": Html(link(one.panel.roles.title_en, f"{one.name}/index.html")),
            "Entities": f"{one.panel.roles.count} {one.panel.roles.entities}",
            "Years": f"{one.panel.roles.first_year}–{one.panel.roles.last_year}",
            "Series": str(len(one.series)),
            "Measures": str(len(one.measures)),
        }
        for one in sources
    ]
    shown = table(pd.DataFrame(rows), "Every data set, with a page for every series")
    return Html(f"<h1>Data</h1>{shown.text}")
