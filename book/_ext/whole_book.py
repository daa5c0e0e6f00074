"""The pages of the built book as one document to be printed.

What is folded on a page stands in an appendix, with a reference there and one back. Chapters are
numbered, and a link that leads into another chapter says which, since paper has no links.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import count

from bs4 import BeautifulSoup, Tag

REFERENCE = re.compile(r"url\(\s*[\"']?#")
NAMING = ("aria-labelledby", "aria-describedby", "for")  # attributes that hold ids
# Nothing to press on paper; a chapter's own cells only fetch what stands below them.
FORMULAS = re.compile(
    r"<script>window\.MathJax = .*?</script>|<script[^>]*mathjax/[^>]*></script>", re.S
)
UNPRINTED = "a.headerlink, button, script, .d-print-none, .traced, details.hide.above-input"
FOLDS = "details.more, details.tables"
FOLDED = "table, figure, img, svg.picture"  # what makes a fold worth a place in the appendix
HEADINGS = re.compile(r"^h[1-6]$")
APPENDIX = "What is folded on the pages"
TITLE = re.compile(r": |：")  # between a title and what stands below it
# What a narrow column would set letter below letter.
LABEL = re.compile(r"(?=.*[\u3400-\u9fff])[\u3400-\u9fff（）、\d]{2,7}")
Say = Callable[[str], str]


@dataclass(frozen=True)
class Part:
    """A part of the book: its caption and the names of its pages, in order."""

    caption: str
    pages: tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """A page made ready: its number, its title, its body, and what was folded on it."""

    page: str
    number: int
    title: str
    body: Tag
    folds: tuple[Tag, ...]


def parts_of(toc: Mapping) -> list[Part]:
    """Return the parts that ``_toc.yml`` names; the root stands before them, without a caption."""
    parts = [Part("", (toc["root"],))]
    for part in toc.get("parts", ()):
        parts.append(Part(part["caption"], tuple(one["file"] for one in part["chapters"])))
    return parts


def whole(
    parts: Sequence[Part], pages: Mapping[str, str], about: Mapping[str, str], say: Say = str
) -> str:
    """Return the book as one HTML page.

    Parameters
    ----------
    parts
        Which pages, in which order.
    pages
        Their HTML as it was built, by name.
    about
        ``title``, ``author``, ``copyright``; ``lang``, the language; ``html``, the address of the
        built pages; ``style``, that of the print style sheet.
    say
        Says the book-maker's own words, with their slots, in the language of the pages.
    """
    names = [page for part in parts for page in part.pages]
    numbers = {page: number for number, page in enumerate(names, 1)}
    made = [chapter(page, numbers, pages[page], about["html"], say) for page in names]
    chapters = {one.page: one for one in told_once(made, say)}
    body = [_cover(about), _contents(parts, chapters, say)]
    for part in parts:
        opening = f'<h1 class="part">{escape(part.caption)}</h1>' if part.caption else ""
        for page in part.pages:
            one = chapters[page]
            body.append(f'<section class="chapter" id="{page}--top">{opening}{one.body}</section>')
            opening = ""
    body += _appendix([one for one in chapters.values() if one.folds], say)
    soup = BeautifulSoup(_frame("".join(body), pages, about), "lxml")
    _say_where_links_lead(soup, numbers, say)
    return str(soup)


def chapter(page: str, numbers: Mapping[str, int], text: str, root: str, say: Say) -> Chapter:
    """Make a page ready: ids of its own, links inside the book, headings one level down."""
    article = BeautifulSoup(text, "lxml").select_one("article.bd-article")
    for useless in article.select(UNPRINTED):
        useless.decompose()
    _name(article, page)
    _lead(article, page, numbers, root)
    title = article.find("h1")
    words = " ".join(title.get_text().split())
    title.string = f"{numbers[page]}  {words}"
    for heading in article.find_all(HEADINGS):
        heading.name = f"h{min(int(heading.name[1]) + 1, 6)}"
    for cell in article.select("th, td"):
        if LABEL.fullmatch(cell.get_text(strip=True)):
            cell["class"] = [*cell.get("class", ()), "label"]
    folds = tuple(_taken_out(article, page, numbers[page], say))
    for rest in article.select("details"):
        _unfold(rest)
    return Chapter(page, numbers[page], words, article, folds)


def _name(article: Tag, page: str) -> None:
    """Put the page's name before every id and all that refers to one."""
    for tag in article.find_all(True):
        for name, value in list(tag.attrs.items()):
            if name == "id":
                tag[name] = f"{page}--{value}"
            elif name in NAMING:
                words = value if isinstance(value, list) else value.split()
                tag[name] = " ".join(f"{page}--{word}" for word in words)
            elif isinstance(value, str) and "url(" in value:
                tag[name] = REFERENCE.sub(f"url(#{page}--", value)
            elif name == "xlink:href" or (name == "href" and tag.name == "use"):
                tag[name] = value.replace("#", f"#{page}--", 1)
    for style in article.find_all("style"):
        if style.string:
            style.string = REFERENCE.sub(f"url(#{page}--", style.string)


def _lead(article: Tag, page: str, numbers: Mapping[str, int], root: str) -> None:
    """Turn addresses of other pages into places in this document, of files into those built."""
    here = posixpath.dirname(page)
    for link in article.select("a[href]"):
        target, _, anchor = link["href"].partition("#")
        if "//" in target or target.startswith("mailto:"):
            continue
        there = posixpath.normpath(posixpath.join(here, target)) if target else f"{page}.html"
        name = there.removesuffix(".html")
        if name in numbers:
            link["href"] = f"#{name}--{anchor or 'top'}"
        else:
            del link["href"]  # the search, the index, a file: not in print
    for tag in article.select("[src]"):
        if not tag["src"].startswith("data:"):
            tag["src"] = _built(root, here, tag["src"])


def _taken_out(article: Tag, page: str, number: int, say: Say) -> Iterator[Tag]:
    """Replace folds with pictures or tables by references; yield them for the appendix."""
    at = count(1)
    outer = [fold for fold in article.select(FOLDS) if not fold.find_parent("details")]
    for fold in outer:
        if not fold.select_one(FOLDED):
            continue
        mark, own = f"{number}.{next(at)}", f"{page}--fold-"
        words = escape(_summary(fold))
        there = _linked(
            say("{words}: <1>appendix {mark}</1>"), f"#{own}{mark}", words=words, mark=mark
        )
        back = _linked(say("From <1>chapter {n}</1>"), f"#{own}from-{mark}", n=number)
        note = BeautifulSoup(f'<p class="folded" id="{own}from-{mark}">{there}</p>', "lxml").p
        fold.replace_with(note)
        for inner in fold.select("details"):
            _unfold(inner)
        for heading in fold.find_all(HEADINGS):
            heading.name = f"h{min(int(heading.name[1]) + 1, 6)}"
        fold.summary.decompose()
        fold.name, fold["class"] = "div", ["appended"]
        head = BeautifulSoup(
            f'<h3 id="{own}{mark}">{mark}  {words}</h3><p class="folded">{back}</p>', "lxml"
        )
        for piece in reversed(list(head.body.children)):
            fold.insert(0, piece.extract())
        yield fold


def _linked(said: str, to: str, **words: object) -> str:
    """Fill the slots of a message and make what stands between its marks a link."""
    return said.replace("<1>", f'<a href="{to}">').replace("</1>", "</a>").format(**words)


def told_once(chapters: Iterable[Chapter], say: Say) -> list[Chapter]:
    """Keep the first of folds with the same tables; a later chapter refers to that one."""
    first, made = {}, []
    for one in chapters:
        kept = []
        for fold in one.folds:
            words = "".join(table.get_text() for table in fold.select("table"))
            same = first.setdefault(words or id(fold), fold.h3)
            if same is fold.h3:
                kept.append(fold)
                continue
            reference = one.body.find("a", href=f"#{fold.h3['id']}")
            reference["href"] = f"#{same['id']}"
            mark = same.get_text().split()[0]
            reference.string = say("appendix {mark}").format(mark=mark)
        made.append(replace(one, folds=tuple(kept)))
    return made


def _summary(fold: Tag) -> str:
    return " ".join(fold.summary.get_text(" ").split())


def _unfold(fold: Tag) -> None:
    """Let a fold stand open: its summary becomes a line above it."""
    summary = fold.find("summary", recursive=False)
    fold.name = "div"
    if summary is not None and "hide" not in fold.get("class", ()):
        summary.name, summary["class"] = "p", ["unfolded"]
    elif summary is not None:
        summary.decompose()


def _cover(about: Mapping[str, str]) -> str:
    title, *rest = TITLE.split(about["title"], maxsplit=1)
    return (
        f'<section class="cover"><p class="title">{escape(title)}</p><p class="subtitle">'
        f"{escape(''.join(rest))}</p><p>{escape(about['author'])}</p>"
        f'<p class="small">{escape(about["copyright"])}</p></section>'
    )


def _contents(parts: Sequence[Part], chapters: Mapping[str, Chapter], say: Say) -> str:
    lines = []
    for part in parts:
        if part.caption:
            lines.append(f'<p class="part">{escape(part.caption)}</p>')
        lines += [_line(f"{page}--top", f"{chapters[page].number}  {chapters[page].title}")
                  for page in part.pages]  # fmt: skip
    if any(one.folds for one in chapters.values()):
        lines.append(f'<p class="part">{say("Appendix")}</p>')
        lines.append(_line("appendix--top", say(APPENDIX)))
    return f'<nav class="contents"><h1>{say("Contents")}</h1>{"".join(lines)}</nav>'


def _line(target: str, words: str) -> str:
    place = f'<span class="page" data-of="{target}"></span>'
    return f'<p class="line"><a href="#{target}">{escape(words)}</a>{place}</p>'


def _appendix(chapters: Sequence[Chapter], say: Say) -> list[str]:
    opening = f'<h1 class="part" id="appendix--top">{say(APPENDIX)}</h1>'
    made = []
    for one in chapters:
        words = say("{title}: appendix").format(title=escape(one.title))
        head = f"<h2>{one.number}  {words}</h2>"
        folds = "".join(map(str, one.folds))
        made.append(f'<section class="chapter appendix">{opening}{head}{folds}</section>')
        opening = ""
    return made


def _formulas(pages: Mapping[str, str], html: str) -> str:
    """Return the scripts that set formulas, as the first page that has some loads them.

    A page without formulas keeps the settings alone.
    """
    for name, text in pages.items():
        soup = BeautifulSoup("".join(FORMULAS.findall(text)), "lxml")
        if loaded := soup.select("script[src]"):
            for script in loaded:
                source = script["src"].split("?")[0]
                script["src"] = _built(html, posixpath.dirname(name), source)
            return soup.head.decode_contents()
    return ""


def _built(html: str, here: str, source: str) -> str:
    """Return the address of a built file from that of its page."""
    return posixpath.join(html, posixpath.normpath(posixpath.join(here, source)))


def _frame(body: str, pages: Mapping[str, str], about: Mapping[str, str]) -> str:
    """Give the body the style sheets of the built root, the print style sheet and formulas."""
    head = BeautifulSoup(next(iter(pages.values())), "lxml").head
    sheets = [f"{about['html']}/{one['href']}" for one in head.select("link[rel~=stylesheet]")]
    links = "".join(f'<link rel="stylesheet" href="{href}">' for href in [*sheets, about["style"]])
    return (
        f'<!DOCTYPE html><html lang="{about["lang"]}" data-theme="light" data-mode="light"><head>'
        f'<meta charset="utf-8"><title>{escape(about["title"])}</title>'
        f'<meta name="author" content="{escape(about["author"])}">{links}'
        f"{_formulas(pages, about['html'])}"
        f'</head><body><main class="bd-article">{body}</main></body></html>'
    )


def _say_where_links_lead(soup: BeautifulSoup, numbers: Mapping[str, int], say: Say) -> None:
    """Name the chapter behind a link into another one; leave a link to nowhere as plain words."""
    there = {tag["id"] for tag in soup.find_all(id=True)}
    named = ":is(p, li, dd) a[href^='#']:not(.bibtex-citation a)"  # where works stand is known
    for page in numbers:
        section = soup.find("section", id=f"{page}--top")
        for link in section.select(named):
            home = link["href"][1:].split("--")[0]
            if home != page and home in numbers and f"{numbers[home]}" not in link.get_text():
                link["data-chapter"] = say("(ch. {n})").format(n=numbers[home])
    for link in soup.select("a[href^='#']"):
        if link["href"][1:] not in there:
            del link["href"]
    for link in soup.select("a[href^=http]"):
        address = link["href"].split("//")[1].rstrip("/").removeprefix("doi.org/")
        if address not in link.get_text():
            link["data-address"] = link["href"]
