"""Sentences about results hold on the numbers as built, and name numbers that exist."""

import re

import pytest
import yaml
from prose import BOOK, chapter_files

from analysis.display import certificates, figures, measuring, pages, sections

STATEMENTS = yaml.safe_load((BOOK / "statements.yml").read_text(encoding="utf-8"))
CASES = [(page, s["says"], s["when"]) for page, items in STATEMENTS.items() for s in items]


@pytest.fixture(scope="module")
def numbers():
    """Everything any chapter publishes, as a name space."""
    seen = {}
    with pytest.MonkeyPatch.context() as patch:
        for module in (pages, figures, measuring, certificates, sections):
            original = module.publish
            patch.setattr(module, "publish", lambda *a, _o=original, **k: seen.update(_o(*a, **k)))
        pages.overview()
        pages.ledger_page()
        figures.figures_page()
        measuring.measuring_page()
        certificates.certificates_page()
        for claim in pages.ledger():
            if claim.specification is not None:
                sections.section(claim.id)
    return seen


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize(("page", "says", "when"), CASES, ids=lambda value: str(value)[:50])
def test_sentence_is_true(numbers, page, says, when):
    text = one_line((BOOK / f"{page}.md").read_text(encoding="utf-8"))
    assert one_line(says) in text, f"{page}.md no longer says this"
    assert eval(when, {"__builtins__": {}, "min": min, "max": max, "abs": abs}, dict(numbers)), when


def test_a_false_condition_is_seen(numbers):
    assert not eval("m16_two_way_mde < 0", {}, dict(numbers))


@pytest.mark.parametrize("path", chapter_files(), ids=lambda p: p.stem)
def test_every_glued_name_is_published(numbers, path):
    text = path.read_text(encoding="utf-8")
    names = re.findall(r"\{glue:text\}`([\w]+)[:`]", text)
    assert set(names) <= set(numbers), set(names) - set(numbers)
