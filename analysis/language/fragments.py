"""Finished HTML in another language: blocks are messages, the tags inside them stay in place."""

from __future__ import annotations

import re
from html import escape, unescape

from analysis.language.catalogue import WORDS, Catalogue, Unsaid
from analysis.language.pictures import say_svg

__all__ = ["say_html"]

TAG = re.compile(
    r"(<!--.*?-->|<!DOCTYPE[^>]*>|<(?:script|style|pre|code|svg|math|template)\b.*?"
    r"</(?:script|style|pre|code|svg|math|template)>|</?[a-zA-Z](?:\"[^\"]*\"|'[^']*'|[^>\"'])*>)",
    re.S,
)
NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
INLINE = re.compile(
    "a|abbr|b|br|code|em|i|kbd|mark|math|q|small|span|strong|sub|sup|tspan|wbr"
).fullmatch
SHOWN = re.compile(r'(\s(?:aria-label|title|alt|placeholder|data-bs-title)=")([^"]*)(")')
MARKED = re.compile(r"""<(span|tspan) lang=["']zh[^"']*["']>([^<]*)</\1>""")
MARK = re.compile(r"<(/?)(\d+)(/?)>|`([^`]*)`")
VOID = ("<br", "<code", "<math", "<wbr", "<!--")  # pieces that nothing closes
COLUMN = re.compile(r"[a-z][a-z0-9_]*")
LINKED = re.compile(r"(>[A-Z]\d+</a>), (?=<a\b)")  # a list of codes, each a link
CODES = re.compile(r"[A-Z]\d+(?:, [A-Z]\d+)+")
OPAQUE = re.compile(r'class="[^"]*\bmath\b')


def say_html(text: str, catalogue: Catalogue, unsaid: Unsaid) -> str:
    """Say a finished fragment in another language.

    Parameters
    ----------
    text
        HTML. Code, scripts and formulas stay as they are.
    catalogue
        The messages.
    unsaid
        Told of everything without a message; it stays English.
    """
    text = MARKED.sub(r"\2", text)
    made: list[str] = []
    run: list[str] = []  # the pieces of a block: words and inline tags
    code = False  # heads of a data frame are names of its columns
    for i, part in enumerate(TAG.split(text)):
        if i % 2 == 0:
            run.append(part)
            if code and COLUMN.fullmatch(part):
                made, run = [*made, *run], []
            continue
        code = (code or 'class="dataframe"' in part) and part != "</thead>"
        name = NAME.match(part)
        tag = name[1].lower() if name else ""
        if tag == "svg":
            part = say_svg(part, catalogue, unsaid)
        else:
            part = SHOWN.sub(lambda a: _attribute(a, catalogue, unsaid), part)
        if INLINE(tag) and not OPAQUE.search(part):
            run.append(part)
        else:
            made += [_block(run, catalogue, unsaid), part]
            run = []
    made.append(_block(run, catalogue, unsaid))
    return LINKED.sub(rf"\1{catalogue.style.listing}", "".join(made))


def _attribute(found: re.Match[str], catalogue: Catalogue, unsaid: Unsaid) -> str:
    said = catalogue.say(unescape(found[2]))
    if said is None:
        unsaid.note(unescape(found[2]))
    return found[0] if said is None else f"{found[1]}{escape(said)}{found[3]}"


def _block(run: list[str], catalogue: Catalogue, unsaid: Unsaid) -> str:
    """Say one block: as a whole with its tags as numbered marks, or else piece by piece."""
    if not any(WORDS.search(piece) for piece in run if not piece.startswith("<")):
        return _without_words(run, catalogue)
    first, last = _core(run)
    head, core, tail = run[:first], run[first:last], run[last:]
    whole, tags = _encoded(core)
    space = re.match(r"\s*", whole)[0], re.search(r"\s*$", whole)[0]
    said = catalogue.say(" ".join(whole.split()))
    if said is not None:
        return "".join(head) + space[0] + _decoded(said, tags) + space[1] + "".join(tail)
    if tags:
        pieces = [_piece(piece, catalogue) for piece in core]
        if None not in pieces:
            whole, tags = _encoded(pieces)
            return "".join([*head, _decoded(catalogue.style.tidied(whole), tags), *tail])
    unsaid.note(" ".join(whole.split()))
    return "".join(run)


def _without_words(run: list[str], catalogue: Catalogue) -> str:
    """Tidy codes, numbers and words of the other language; a list of codes may be links."""
    codes = CODES.fullmatch("".join(one for one in run if not one.startswith("<")).strip())
    return "".join(
        one if one.startswith("<") else catalogue.style.listing if codes and one == ", "
        else catalogue.style.tidied(one)
        for one in run
    )  # fmt: skip


def _piece(piece: str, catalogue: Catalogue) -> str | None:
    if piece.startswith("<") or not piece.strip():
        return piece
    said = catalogue.say(" ".join(unescape(piece).split()))
    if said is None:
        return None
    gap = re.match(r"\s*", piece)[0], re.search(r"\s*$", piece)[0]
    return gap[0] + escape(said, quote=False) + gap[1]


def _core(run: list[str]) -> tuple[int, int]:
    """Leave out the tags that stand around all words of a block."""
    words = [i for i, piece in enumerate(run) if not piece.startswith("<") and piece.strip()]
    first, last = words[0], words[-1] + 1
    # A tag that opens before the words and closes among them belongs to them.
    depth = least = 0
    for piece in run[first:last]:
        if piece.startswith("</"):
            depth -= 1
        elif piece.startswith("<") and not piece.endswith("/>"):
            depth += not piece.startswith(VOID)
        least = min(least, depth)
    while least < 0 and first > 0:
        first -= 1
        if run[first].startswith("<") and not run[first].startswith("</"):
            least += 1
            depth += 1
    while depth > 0 and last < len(run):
        if run[last].startswith("</"):
            depth -= 1
        last += 1
    return first, last


def _encoded(core: list[str]) -> tuple[str, list[tuple[str, str]]]:
    """Return the words of a block with ``<1>…</1>`` for its tags, and the tags."""
    tags: list[list[str]] = []
    stack: list[int] = []
    words = []
    for piece in core:
        if not piece.startswith("<"):
            words.append(unescape(piece))
        elif piece.startswith("</"):
            at = stack.pop() if stack else len(tags)
            if at == len(tags):
                tags.append(["", ""])
            tags[at][1] = piece
            words.append(f"</{at + 1}>")
        elif piece.startswith(VOID) or piece.endswith("/>"):
            tags.append([piece, ""])
            inner = unescape(re.sub(r"<[^>]*>", "", piece))
            words.append(f"`{inner}`" if piece.startswith("<code") else f"<{len(tags)}/>")
        else:
            tags.append([piece, ""])
            stack.append(len(tags) - 1)
            words.append(f"<{len(tags)}>")
    return "".join(words), [(a, b) for a, b in tags]


def _decoded(said: str, tags: list[tuple[str, str]]) -> str:
    """Put the tags back where their marks stand."""
    codes = {unescape(re.sub(r"<[^>]*>", "", a)): a for a, _ in tags if a.startswith("<code")}
    made, at = [], 0
    for mark in MARK.finditer(said):
        made.append(escape(said[at : mark.start()], quote=False))
        at = mark.end()
        if mark[4] is not None:
            made.append(codes.get(mark[4], f"<code>{escape(mark[4])}</code>"))
        else:
            made.append(tags[int(mark[2]) - 1][1 if mark[1] else 0])
    return "".join([*made, escape(said[at:], quote=False)])
