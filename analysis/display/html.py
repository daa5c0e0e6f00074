"""Small pieces that a book shows: tables a phone can hold, the claim card, numbers of its prose."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

import pandas as pd

from analysis.claims import Claim, Verdict
from analysis.claims.numbers import flatten
from analysis.data.codebook import Codebook
from analysis.display.formulas import formula_words
from analysis.inference.cells import Grid

_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
_LINK = re.compile(r"\[([^\[\]]+)\]\(([\w.#/-]+)\)")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_CODE = re.compile(r"`([^`]+)`")

SIGN_WORDS = {
    "+": "a positive coefficient",
    "-": "a negative coefficient",
    "±": "a coefficient of either sign",
    "0": "a coefficient near zero",
}


@dataclass(frozen=True, slots=True)
class Html:
    """A finished fragment of HTML."""

    text: str

    def _repr_html_(self) -> str:
        return self.text


def table(
    frame: pd.DataFrame,
    caption: str,
    formats: Mapping[str, Callable[[object], str]] | None = None,
    style: str = "book",
) -> Html:
    """Show a frame as a table with a caption; the first column names the row.

    Parameters
    ----------
    frame
        Column names become headings; the index is not shown.
    caption
        One sentence: what the rows are.
    formats
        Per column, how a value becomes text. Missing values show as an en dash.
    style
        "book" for words, "estimates" for columns of numbers.
    """
    forms = [(formats or {}).get(name) for name in frame]
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in frame)
    body = ""
    for row in frame.itertuples(index=False):
        first, *rest = (_cell(value, form) for value, form in zip(row, forms, strict=True))
        cells = "".join(f"<td>{cell}</td>" for cell in rest)
        body += f'<tr><th scope="row">{first}</th>{cells}</tr>'
    return scrolling(
        f'<table class="{style}"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>",
        caption,
    )


def scrolling(body: str, caption: str, style: str = "scroll") -> Html:
    """Put a finished table where a phone can scroll it, named by its caption."""
    return Html(
        f'<div class="{style}" role="group" tabindex="0" aria-label="{escape(caption)}">{body}'
        "</div>"
    )


def badge(word: str, kind: str = "verdict") -> str:
    """Return a verdict or a status as a badge; its colour repeats what the word says."""
    return f'<span class="{kind} {kind}-{word.replace(" ", "-")}">{escape(word)}</span>'


def natural_key(name: str) -> str:
    """Return a key by which M12 comes before M103."""
    return re.sub(r"\d+", lambda found: found[0].zfill(5), name)


def _cell(value: object, form: Callable[[object], str] | None) -> str:
    if isinstance(value, Html):
        return value.text
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return "–"
    return escape(form(value) if form else str(value))


def grid_table(grid: Grid) -> Html:
    """Show a plain table; Chinese words, `code`, **stress** and [links](x.html) are marked up."""
    body = _CODE.sub(r"<code>\1</code>", grid.html())
    body = _STRONG.sub(r"<strong>\1</strong>", body)
    body = _LINK.sub(r'<a href="\2">\1</a>', body)
    zh = r'<span lang="zh">\g<0></span>'
    body = re.sub(r">([^<]+)<", lambda m: f">{_CHINESE.sub(zh, m.group(1))}<", body)
    return scrolling(body, grid.caption)


def folded(summary: str, *blocks: str) -> Html:
    """Hide finished fragments behind a line that a reader opens."""
    return Html(
        f'<details class="tables"><summary>{escape(summary)}</summary>{"".join(blocks)}</details>'
    )


def figure(svg: str, alt: str, caption: str) -> Html:
    """Show a finished drawing inside a fragment, with its words for those who do not see it."""
    source = b64encode(svg.encode()).decode()  # apart from the page: ids of drawings may repeat
    return Html(
        f'<figure><img src="data:image/svg+xml;base64,{source}" '
        f'alt="{escape(alt)}"/><figcaption>{escape(caption)}</figcaption></figure>'
    )


def claim_card(
    claim: Claim,
    book: Codebook | None = None,
    judged: Verdict | None = None,
    earlier: Mapping[str, str] | None = None,
) -> Html:
    """Show a claim: what the paper says, what would then be true in the figures, its status.

    Parameters
    ----------
    claim
        A row of the ledger.
    book
        If given, measures are named by their labels with the short name as a tooltip.
    judged
        If given, its word stands in the head.
    earlier
        The words by edition of the rules; one that differs stands beside it.
    """

    def name(measure: str) -> str:
        if book is None or measure not in book:
            return escape(measure)
        variable = book.describe(measure)
        labels = {n: v.label_en for n, v in book.variables.items()}
        made = formula_words(variable.formula, labels) if variable.formula else variable.definition
        return (
            f'<abbr title="{escape(measure)}: {escape(made)}">'
            f'{escape(variable.label_en)}</abbr> <span lang="zh">{escape(variable.label_zh)}</span>'
        )

    outcome = name(claim.outcome) if claim.outcome else "–"
    regressors = "; ".join(name(r) for r in claim.regressors) or "–"
    if claim.policy:
        regressors = f"exposure to the {escape(claim.policy.replace('_', ' '))}"
    rows = [
        ("The paper's words", f'<q lang="zh">{escape(claim.quote)}</q>'),
        ("Our sentence", escape(claim.sentence)),
        ("Because", escape(claim.logic)),
        ("Then in the figures", f"{escape(claim.estimand)} Expected: {_wanted(claim)}."),
        ("Outcome", outcome),
        ("Regressors", regressors),
    ]
    if claim.needs:
        rows.append(("What would test it better", escape(claim.needs)))
    body = "".join(f"<dt>{term}</dt><dd>{text}</dd>" for term, text in rows)
    head = (
        f'<span class="claim-id">{claim.id}</span> <span class="claim-section">section '
        f'<span lang="zh">{escape(claim.section)}</span></span> {badge(claim.status, "status")}'
    )
    if judged is not None:
        head += f" {badge(judged.word)}{earlier_words(judged.word, earlier or {})}"
    return Html(
        f'<section class="claim-card" aria-label="Claim {claim.id}"><header>{head}</header>'
        f"<dl>{body}</dl></section>"
    )


def earlier_words(word: str, earlier: Mapping[str, str]) -> str:
    """Say the words of earlier editions of the rules that differ from the present one."""
    return "".join(
        f' <small class="earlier">{_edition(n)}: {escape(was)}</small>'
        for n, was in earlier.items() if was != word
    )  # fmt: skip


def _edition(number: str) -> str:
    names = ("First", "Second", "Third")
    at = int(number) - 1
    return f"{names[at]} edition" if at < len(names) else f"Edition {number}"


def _wanted(claim: Claim) -> str:
    """Say the predicted sign; of several parts, each."""
    if len(claim.parts) < 2:
        return SIGN_WORDS[claim.sign]
    return ", and ".join(
        f"{SIGN_WORDS[part.sign]} of {part.focal}"
        + (f" beyond that on {part.less}" if part.less else "")
        for part in claim.parts
    )


def publish(values: Mapping[str, object], prefix: str = "") -> dict[str, int | float | str]:
    """Glue every value for the prose of the page; outside a book build nothing is glued.

    Returns
    -------
    dict
        What was published, by glue name.
    """
    flat = flatten(values, prefix)
    try:
        from IPython import get_ipython
        from myst_nb import glue
    except ImportError:  # a reader's notebook without the book's tools
        return flat
    if get_ipython() is not None:
        for name, value in flat.items():
            glue(name, value, display=False)
    return flat
