"""The reference: every public name of a module, folded, with what its docstring says.

    ```{public} analysis.inference
    :room: clusters
    ```

Without a room all names are shown; with ``.`` those that lie in no folder of the module. ``again``
is for names that stand on another page as well.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
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

AREAS = ("analysis", *(f"analysis.{area}" for area in ("data", "measures", "models", "inference",
         "claims", "display")))  # fmt: skip
SECTION = re.compile(r"^([A-Z][\w ]+)\n-{4,}$", flags=re.M)
ENTRY = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: : .+)?$")


def public(module: ModuleType, room: str = "") -> Iterator[tuple[str, object]]:
    """Yield the public names of a module, or of one of its folders, in alphabetical order."""
    for name in sorted(module.__all__, key=str.lower):
        found = getattr(module, name)
        inner = getattr(found, "__module__", "").removeprefix(f"{module.__name__}.").split(".")
        folder = inner[0] if len(inner) > 1 and inner[0] != "analysis" else "."
        if room in ("", folder):
            yield name, found


def sections(found: object) -> dict[str, str]:
    """Return what a docstring says, by section; what stands before them is named ""."""
    doc = inspect.cleandoc(found.__doc__ or "")
    first, *rest = SECTION.split(doc)
    return {"": first, **dict(zip(rest[::2], rest[1::2], strict=True))}


def entries(found: object) -> dict[str, tuple[str, str]]:
    """Return type and text of every parameter, or attribute of a class and of its bases."""
    said: dict[str, tuple[str, str]] = {}
    for one in inspect.getmro(found) if isinstance(found, type) else (found,):
        parts = sections(one)
        names: list[str] = []
        for line in (parts.get("Parameters", "") + parts.get("Attributes", "")).splitlines():
            if ENTRY.match(line):
                words, _, kind = line.partition(" : ")
                new = {name.strip("* "): (kind, "") for name in words.split(",")}
                names = [name for name in new if name not in said]
                said.update({name: new[name] for name in names})
            else:
                said.update({name: (said[name][0], f"{said[name][1]}{line}\n") for name in names})
    return said


def has_example(found: object) -> bool:
    """Whether a docstring holds an example that is run."""
    lines = sections(found).get("Examples", "").splitlines()
    return any(line.startswith(">>> ") and "+SKIP" not in line for line in lines)


def makers(kind: type) -> list[str]:
    """Return the public functions, under their full names, whose examples give back this class."""
    found = {}
    for area in reversed(AREAS):  # the front shows again what stands elsewhere
        for name, one in public(importlib.import_module(area)):
            back = getattr(one, "__annotations__", {}).get("return", "")
            if inspect.isfunction(one) and re.search(rf"(?<![\w.]){kind.__name__}\b", str(back)):
                found.setdefault(one, f"{area}.{name}") if has_example(one) else None
    return list(found.values())


def holders(kind: type) -> list[str]:
    """Return the fields, under their full names, by which classes with an example hold this one."""
    found = {}
    for area in reversed(AREAS):  # the front shows again what stands elsewhere
        for name, one in public(importlib.import_module(area)):
            if isinstance(one, type) and is_dataclass(one) and (has_example(one) or makers(one)):
                for field in fields(one):
                    if re.search(rf"(?<![\w.]){kind.__name__}\b", str(field.type)):
                        found.setdefault((one, field.name), f"{area}.{name}.{field.name}")
    return list(found.values())


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


def whole(
    _app: Sphinx, what: str, _name: str, found: object, _options: object, lines: list[str]
) -> None:
    """Add to a class the fields that its bases describe, and what gives one."""
    if what != "class":
        return
    others = [at - 1 for at, line in enumerate(lines) if line.startswith("----")
              and lines[at - 1] not in ("Parameters", "Attributes")]  # fmt: skip
    if more := inherited(found):
        at = min(others, default=len(lines))
        while at and not lines[at - 1].strip():
            at -= 1
        head = [] if "Attributes" in sections(found) else ["", "Attributes", "----------"]
        lines[at:at] = [*head, *more, ""]
    if not has_example(found) and (shown := makers(found) or holders(found)):
        how = "returns one." if makers(found) else "holds one."
        lines += ["", "See Also", "--------", *(f"{one} : {how}" for one in shown[:3]), ""]


def inherited(kind: type) -> list[str]:
    """Return the lines on fields of a dataclass that only its bases describe."""
    own = "".join(sections(kind).get(part, "") for part in ("Parameters", "Attributes"))
    heads = [line.partition(" : ")[0] for line in own.splitlines() if ENTRY.match(line)]
    mine = {name.strip() for head in heads for name in head.split(",")}
    names = [one.name for one in fields(kind)] if is_dataclass(kind) else []
    alike: dict[tuple[str, str], list[str]] = {}
    for name, what in entries(kind).items():
        if name in names and name not in mine:
            alike.setdefault(what, []).append(name)
    return [
        line
        for (kind_of, text), some in alike.items()
        for line in (f"{', '.join(some)} : {kind_of}", *text.splitlines())
    ]


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
    # One line for names that share a text, and type and text of an attribute in one line.
    app.config.napoleon_use_param = False
    app.config.napoleon_custom_sections = [("Attributes", "params_style")]
    app.add_directive("public", Public)
    app.connect("autodoc-process-signature", short)
    app.connect("missing-reference", unlinked)
    app.connect("autodoc-process-docstring", whole, priority=300)
    app.connect("autodoc-process-docstring", literal, priority=400)  # before napoleon
    return {"parallel_read_safe": True, "parallel_write_safe": True}
