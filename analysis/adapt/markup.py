"""The pieces of which a page of MyST Markdown is made, filled into the package's templates."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from string import Template

__all__ = ["cell", "figure", "page", "plain", "quoted", "template"]

MARKUP = re.compile(r"[\\`*_\[\]{}<>$|#~]")


def page(call: str, title: str, text: str, name: str, study: str, first: str, body: str) -> str:
    """Return a page that calls `analysis.display` once and shows what it gives.

    Parameters
    ----------
    call, name
        A function of `analysis.display`, and of what it is called.
    title, text, first, body
        Heading; words below it; what is shown in the first cell; the rest, as Markdown.
    study
        Name of the study.
    """
    return template(
        "page.md", title=title, words=text, call=call, name=quoted(name), study=quoted(study),
        first=first, body=body,
    )  # fmt: skip


def cell(code: str) -> str:
    """Return a cell whose code is not shown."""
    return template("cell.md", code=code)


def figure(name: str, label: str, alt: str, code: str) -> str:
    """Return a cell that shows a numbered figure; `label` and `alt` are plain text."""
    return template(
        "figure.md", name=name, caption=quoted(plain(label)), alt=quoted(alt), code=code
    )


def template(name: str, /, **values: str) -> str:
    """Return a template of the package with values filled in; as it is without any."""
    text = files("analysis.adapt").joinpath("templates", name).read_text("utf-8")
    return Template(text).substitute(values) if values else text


def quoted(text: str) -> str:
    r"""Return a text as YAML and Python both read it.

    >>> print(quoted('a "b"'))
    "a \"b\""
    """
    return json.dumps(text, ensure_ascii=False)


def plain(text: str) -> str:
    r"""Keep what a reader or the ledger wrote from being taken for markup.

    >>> print(plain("a_b *c*"))
    a\_b \*c\*
    """
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
