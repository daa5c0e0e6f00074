"""Chapters on a reader's figures: pages, claims, pictures and addresses, from an invented table."""

import re
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.adapt import command
from analysis.adapt.building import build_book
from analysis.adapt.options import Wishes
from analysis.adapt.study_folder import write_study
from analysis.claims import read_study
from analysis.errors import DataError
from analysis.inference.cells import signed

CLAIM = {
    "id": "thesis-1", "section": "我的论文", "quote": "金融科技促进城市创新",
    "sentence": "Digital finance *raises* patents_granted by $5 in [some] cities.",
    "logic": "Credit costs less <where> phones are.", "estimand": "A slope.",
    "outcome": "ln_inv_granted", "regressors": ["dfi"], "sign": "+", "unit": "city-year",
    "status": "testable", "family": "数字 金融", "design": "panel", "specification": {"lag": 1},
}  # fmt: skip
OTHER = {**CLAIM, "id": "thesis-2", "sentence": "It lowers them.", "sign": "-", "family": "second"}
ABSENT = {**CLAIM, "id": "thesis-3", "regressors": ["deposit"], "family": "third"}


def table() -> pd.DataFrame:
    """Twenty cities in which patents follow the index of the year."""
    rng = np.random.default_rng(3)
    rows = [
        (f"第{i:02d}市", year, f"省{i % 4}", int(np.exp(4 + 0.02 * index + rng.normal(0, 0.1))),
         round(index, 2))
        for i in range(20) for year in range(2012, 2019)
        for index in [60 + 10 * (year - 2012) + rng.normal(0, 12)]
    ]  # fmt: skip
    return pd.DataFrame(
        rows, columns=["城市", "年份", "省份", "发明专利授权数(件)", "数字普惠金融指数"]
    )


def inputs(folder):
    table().to_csv(folder / "my table.csv", index=False)
    text = yaml.safe_dump({"claims": [CLAIM, OTHER, ABSENT]}, allow_unicode=True)
    (folder / "my.yml").write_text(text, encoding="utf-8")
    return Wishes(folder / "my table.csv", folder / "out", draws=99, jobs=1, book=True,
                  ledger=folder / "my.yml")  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory, study):
    """What came of the table; a warning of the build is an error here."""
    wishes = inputs(tmp_path_factory.mktemp("chapters"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "build_book", partial(build_book, strict=True))
        return command.adapt(study, wishes, lambda _: None)


def page(built, name):
    return (built.folder / "html" / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_each_page_has_exactly_the_claims_that_were_asked(built):
    sources = {p.stem: p.read_text("utf-8") for p in (built.folder / "book").glob("*.md")}
    heads = {name: re.findall(r"^## ([\w-]+):", text, re.M) for name, text in sources.items()}
    assert heads == {
        "index": [], "table": [], "cannot": [], "01_数字_金融": ["thesis-1"],
        "02_second": ["thesis-2"],
    }  # fmt: skip
    assert 'id="thesis-1"' in page(built, "01_数字_金融")
    assert 'id="thesis-2"' in page(built, "02_second")
    assert "deposit (needs deposits, gdp)" in page(built, "cannot")


@pytest.mark.slow
def test_pages_show_what_was_found_and_the_words_of_the_ledger_as_they_are(built):
    (first, _) = built.answers.answered
    text = page(built, "01_数字_金融")
    body = re.sub(r"<[^>]+>", "", text)
    assert "Digital finance *raises* patents_granted by $5 in [some] cities." in body
    assert "Credit costs less &lt;where&gt; phones are." in body
    assert signed(first.evidence.findings[0].tested) in body
    assert first.verdict.word in body
    assert "three-rules" in text
    assert "a negative coefficient, or one whose interval" in body


@pytest.mark.slow
def test_every_link_inside_leads_somewhere_and_none_leads_outside(built):
    folder = built.folder / "html"
    for path in (folder / f"{source.stem}.html" for source in (built.folder / "book").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r'(?:src|href)="https?:', text), path.name
        article = text[text.index("<article") : text.index("</article")]
        for name, at in re.findall(r'href="([^"#]*)#?([^"]*)"', article):
            target = (folder / name) if name else path
            assert target.is_file(), (path.name, name)
            assert not at or f'id="{at}"' in target.read_text("utf-8"), (path.name, name, at)


@pytest.mark.slow
def test_every_picture_has_words_for_those_who_do_not_see_it(built):
    for path in (built.folder / "html").glob("0*.html"):
        text = path.read_text(encoding="utf-8")
        article = text[text.index("<article") : text.index("</article")]
        drawings = re.findall('<svg class="picture"[^>]*>', article)
        assert len(drawings) >= 3, path.name
        assert all(re.search(r'aria-label="[^"]{20,}"', one) for one in drawings), path.name
        assert "<img" not in article, "as an image a drawing would stay pale in the dark"


@pytest.mark.slow
def test_the_study_beside_the_pages_can_be_read_and_holds_what_was_asked(built):
    kept = read_study(built.folder / "study")
    assert kept.ids == ("thesis-1", "thesis-2")
    assert kept.ledger["thesis-2"] == built.answers.asked.study.ledger["thesis-2"]
    assert not kept.literature
    assert not (built.folder / "book" / "_build").exists()


def test_literature_goes_with_claims_that_are_still_the_same(tmp_path, study, archive):
    records = [r for r in archive.records if r.dataset == "cities" and r.id in ("M01", "M08")]
    roles = archive.codebook("cities").roles
    panel = SimpleNamespace(name="cities", roles=roles)

    def kept(name, ledger):
        asked = SimpleNamespace(study=replace(study, ledger=ledger))
        answers = SimpleNamespace(asked=asked, answered=records, panel=panel)
        return write_study(tmp_path / name, answers).literature

    claims = tuple(record.evidence.claim for record in records)
    whole = kept("same", replace(study.ledger, claims=claims, replications=()))
    found, known = whole["M01"], study.literature["M01"]
    assert [(r.key, r.finding) for r in found] == [(r.key, r.finding) for r in known]
    other = replace(claims[0], sentence="Something else.")
    assert "M01" not in kept("other", replace(study.ledger, claims=(other, claims[1])))


def test_without_jupyter_book_a_sentence_says_what_to_install(tmp_path, study, monkeypatch):
    monkeypatch.setattr("analysis.errors.find_spec", lambda _: None)
    with pytest.raises(DataError, match=r"pip install \.\[book\]"):
        command.adapt(study, inputs(tmp_path), lambda _: None)
    assert not (tmp_path / "out").exists()


def test_a_page_that_fails_is_named_and_the_rest_is_kept(tmp_path):
    source = tmp_path / "book"
    source.mkdir()
    (source / "_config.yml").write_text("title: x\n", encoding="utf-8")
    (source / "_toc.yml").write_text("format: jb-book\nroot: absent\n", encoding="utf-8")
    with pytest.raises(DataError, match="could not be built"):
        build_book(tmp_path)
    assert (source / "_toc.yml").is_file()
