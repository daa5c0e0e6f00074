"""The reference: every public name of a module, folded, with what its docstring says.

    ```{public} analysis.inference
    :room: clusters
    ```

Without a room all names are shown; with ``.`` those that lie in no folder of the module. ``again``
is for names that stand on another page as well.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# What docstrings write as plain text and reStructuredText would read as markup.
MARKUP = re.compile(r"``.*?``|`[^`]*`|:\w+:`[^`]*`|(?P<plain>[|*]|(?<=\w)_(?=\W|$))")

# What Markdown would read as markup in the line that opens an entry.
TITLE = re.compile(r"[\[\]*_$<>|]")


def public(module: ModuleType, room: str = "") -> Iterator[tuple[str, object]]:
    """Yield the public names of a module, or of one of its folders, in alphabetical order."""
    for name in sorted(module.__all__, key=str.lower):
        found = getattr(module, name)
        inner = getattr(found, "__module__", "").removeprefix(f"{module.__name__}.").split(".")
        folder = inner[0] if len(inner) > 1 and inner[0] != "analysis" else "."
        if room in ("", folder):
            yield name, found


def shown(module: ModuleType, name: str, found: object, again: bool) -> list[str]:
    """Return the lines of one folded entry; links lead elsewhere where it is shown again."""
    kind = "class" if isinstance(found, type) else "function" if callable(found) else "data"
    options = {"class": ["   :members:"], "data": ["   :no-value:"]}.get(kind, [])
    said = (found.__doc__ or "").strip().splitlines() if kind != "data" else []
    first = said[0].rstrip(".") if said else "A constant"
    words = TITLE.sub(r"\\\g<0>", first.replace("`", ""))
    return [
        f":::{{dropdown}} `{name}`: {words}",
        "```{eval-rst}",
        f".. auto{kind}:: {module.__name__}.{name}",
        *options,
        *(["   :no-index:"] if again else []),
        "```",
        ":::",
        "",
    ]


class Public(SphinxDirective):
    """Shows the public names of a module."""

    required_arguments = 1
    option_spec: ClassVar = {"room": directives.unchanged, "again": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return one folded entry per name."""
        module = importlib.import_module(self.arguments[0])
        lines = [
            line
            for name, found in public(module, self.options.get("room", ""))
            for line in shown(module, name, found, "again" in self.options)
        ]
        holder = nodes.container()
        source = self.get_source_info()[0]
        self.state.nested_parse(StringList(lines, source), self.content_offset, holder)
        return holder.children


def literal(
    _app: Sphinx, _what: str, _name: str, _object: object, _options: object, lines: list[str]
) -> None:
    """Keep formulas in plain text from being read as markup; display math is left alone."""
    math = False
    for at, line in enumerate(lines):
        if line.strip():
            math = line.lstrip().startswith(".. math::") or (math and line.startswith(" "))
        if not math and not line.lstrip().startswith((">>>", "...")):
            lines[at] = MARKUP.sub(lambda f: f"\\{f[0]}" if f["plain"] else f[0], line)


def short(
    _app: Sphinx, _what: str, _name: str, _object: object, _options: object,
    signature: str | None, returns: str | None,
) -> tuple[str | None, str | None]:  # fmt: skip
    """Name a type without its module where the signature is shown as text."""
    return tuple(
        re.sub(r"~[\w.]+\.(\w+)", r"\1", one) if one else one for one in (signature, returns)
    )


def unlinked(_app: Sphinx, _env: object, node: nodes.Element, shown: nodes.Node) -> object:
    """Leave types of other libraries, and words that stand where a type may, without a link."""
    return shown if node.get("refdomain") == "py" else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.add_directive("public", Public)
    app.connect("autodoc-process-signature", short)
    app.connect("missing-reference", unlinked)
    app.connect("autodoc-process-docstring", literal, priority=400)  # before napoleon
    return {"parallel_read_safe": True, "parallel_write_safe": True}
