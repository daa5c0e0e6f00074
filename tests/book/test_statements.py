"""Sentences about results hold on the numbers of their page, and name numbers that exist."""

import math
import re

import pytest
import yaml
from prose import BOOK, chapter_files, page_of

FILES = sorted((BOOK / "statements").glob("*.yml"))
STATEMENTS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
CASES = [(page, s["says"], s["when"]) for page, one in STATEMENTS.items() for s in one[page]]
PAGES = [page_of(path) for path in chapter_files()]
each_page = pytest.mark.parametrize("page", PAGES)

# A number in prose: {glue:text}`name`, `name:.2f`, or another page's: `page.md::name:.2f`.
GLUED = re.compile(r"\{glue:\w*\}`(?:(?P<page>[\w/]+)\.md::)?(?P<name>\w+)(?P<form>:[^`]+)?`")
# Any role at all, so that one written in another way is not passed over.
ANY_GLUE = re.compile(r"\{glue(?::\w*)?\}")


def source(page: str) -> str:
    return (BOOK / f"{page}.md").read_text(encoding="utf-8")


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def shown(page: str, text: str) -> set[tuple[str, str]]:
    """Return page and name of every number that the text shows."""
    return {(found["page"] or page, found["name"]) for found in GLUED.finditer(text)}


def numbers_of(page: str, text: str, executed) -> dict[str, object]:
    """Return what the page publishes, and under its name what it shows of other pages."""
    others = {name: executed(other).numbers.get(name) for other, name in shown(page, text)}
    return others | executed(page).numbers


def unpublished(page: str, text: str, executed) -> set[tuple[str, str]]:
    return {(at, name) for at, name in shown(page, text) if name not in executed(at).numbers}


def holds(when: str, numbers: dict[str, object]) -> bool:
    known = {f.__name__: f for f in (abs, all, any, len, max, min, round, sorted, sum)}
    return eval(when, {"__builtins__": {}, **known}, dict(numbers))


@pytest.mark.parametrize(("page", "says", "when"), CASES, ids=lambda value: str(value)[:50])
def test_sentence_is_true(executed, page, says, when):
    assert one_line(says) in one_line(source(page)), f"{page}.md no longer says this"
    assert holds(when, numbers_of(page, source(page), executed)), when


def test_every_file_of_statements_speaks_of_its_own_page():
    assert {name: list(one) for name, one in STATEMENTS.items()} == {n: [n] for n in STATEMENTS}
    assert set(STATEMENTS) <= set(PAGES)


def test_a_false_condition_is_seen():
    assert holds("a_std > 0 and max(a_std, 1) == 1", {"a_std": 0.5})
    assert not holds("a_std < 0", {"a_std": 0.5})
    with pytest.raises(NameError):
        holds("b_std > 0", {"a_std": 0.5})


@each_page
def test_every_glued_name_is_published_by_its_page(executed, page):
    assert not unpublished(page, source(page), executed)


@each_page
def test_every_number_shown_is_a_number(executed, page):
    for at, name in shown(page, source(page)):
        value = executed(at).numbers.get(name)
        assert not isinstance(value, float) or math.isfinite(value), f"{at}: {name} is {value}"


@each_page
def test_every_role_is_understood(page):
    text = source(page)
    assert len(ANY_GLUE.findall(text)) == len(GLUED.findall(text))
    # Without a format the builder takes the name of another page's number for one.
    assert all(found["form"] for found in GLUED.finditer(text) if found["page"])


def test_another_pages_number_counts_only_when_it_is_named():
    class Page:
        def __init__(self, **numbers):
            self.numbers = numbers

    executed = {"one": Page(a=1, c=3), "two": Page(b=2)}.__getitem__
    own, others = "{glue:text}`a:d`", "{glue:text}`one.md::a:d` and {glue:text}`b`"
    assert unpublished("two", own, executed) == {("two", "a")}
    assert unpublished("two", "{glue:text}`one.md::b:d`", executed) == {("one", "b")}
    assert not unpublished("two", others, executed)
    assert numbers_of("two", others, executed) == {"a": 1, "b": 2}
