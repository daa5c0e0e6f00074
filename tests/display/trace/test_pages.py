"""Pages beside the book: from a claim to its series, from a series to its file."""

import hashlib
import re
from html.parser import HTMLParser
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from analysis.display.formulas import formula_words
from analysis.display.html import Html
from analysis.display.sections import traced
from analysis.display.trace.anchors import filled, traced_at
from analysis.display.trace.chart import course, series_chart
from analysis.display.trace.places import TOP, Place, called, declared, measure_place, place_link
from analysis.display.trace.site import Frame, site
from analysis.display.trace.specification import dropped_words

LABELS = {"sci": "Science share", "loans": "Loans", "rd": "R&D money"}


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.ids = [], set()

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag == "a":
            self.found.append(told["href"])
        self.ids |= {told["id"]} if "id" in told else set()


def read(page: bytes) -> Links:
    links = Links()
    links.feed(page.decode())
    return links


@pytest.fixture(scope="module")
def files(study, archive):
    """Every page of the book's smaller data sets, and every claim."""
    small = {"us_states", "us_industries", "us_universities"}
    pages = dict(site(study, archive, Frame(), only=small))
    assert {path.split("/")[1] for path in pages if path.startswith("downloads/")} == small
    return pages


def test_every_claim_has_a_page_with_a_place_for_every_data_set(files, archive):
    for record in archive.records:
        page = files[f"trace/{record.id.lower()}.html"]
        assert (record.dataset or "not-tested") in read(page).ids


def test_two_clicks_lead_from_a_claim_to_the_hash_of_the_file_behind_it(files):
    page = files["trace/m30.html"].decode()
    section = page[page.index('id="us_states"') :]
    series = re.search(r'href="\.\./(data/us_states/(?!index)\w+\.html)"', section)
    there = files[series[1]].decode()
    printed = re.findall(r'class="hash">([0-9a-f]{64})<', there)
    assert printed
    for table, recorded in zip(re.findall(r"tables/(\w+)\.csv", there), printed, strict=True):
        content = files[f"downloads/us_states/tables/{table}.csv"]
        assert hashlib.sha256(content).hexdigest() == recorded


def test_links_between_the_pages_lead_somewhere(files):
    known = {"us_states", "us_industries", "us_universities"}
    for path, content in files.items():
        if not path.endswith(".html"):
            continue
        for href in read(content).found:
            folder = path.rpartition("/")[0].split("/")
            target, _, anchor = href.partition("#")
            while target.startswith("../"):
                target, folder = target[3:], folder[:-1]
            there = "/".join([*folder, target])
            if there.startswith(("data/", "downloads/")) and there.split("/")[1] in known:
                assert there in files, (path, href)
            if there.startswith("trace/"):
                assert there in files
                assert not anchor or anchor in read(files[there]).ids


def test_a_claim_page_says_rows_seed_convention_and_source_line(files, archive, study):
    record, page = archive.record("M30", "us_states"), files["trace/m30.html"].decode()
    first = record.evidence.findings[0].columns[0]
    section = page[page.index('id="us_states"') :]
    section = section[: section.index("</section>")]
    panel = study.panel("us_states")
    reasons = [dropped_words(reason, panel) for reason in record.evidence.dropped]
    assert not any("ln_state" in reason for reason in reasons)
    for said in (f"{first.n:,} of", *reasons, "seed 20261123", "t(G−1)",
                 "replications.yml:", "m30_us_states_two_way_std"):  # fmt: skip
        assert said in section


def test_a_number_leads_to_the_data_set_in_its_name():
    claims = {"M30": ["china", "rd", "us_states"], "M3": ["china"], "M99": [""]}
    assert traced_at("m30_us_states_two_way_std", claims) == "trace/m30.html#us_states"
    assert traced_at("m30_two_way_std", claims) == "trace/m30.html#china"
    assert traced_at("replication_m30_rd_p", claims) == "trace/m30.html#rd"
    assert traced_at("m99_verdict", claims) == "trace/m99.html#not-tested"
    assert traced_at("m31_p", claims) == traced_at("place_claims", claims) == ""


def test_blocks_of_numbers_lead_to_their_trace_and_their_code_only_in_the_book():
    mark = traced(Html("<div>0.43</div>"), record_of("M30", "rd")).text
    assert "<a " not in mark
    assert "hidden" in mark
    assert filled(mark, ["M31"]) == mark  # of another study
    links = read(filled(mark, ["M30"], "../").encode()).found
    assert links == ["../trace/m30.html#rd", "../trace/m30.html#code-rd"]


def record_of(claim, dataset):
    return SimpleNamespace(id=claim, dataset=dataset)


def test_source_lines_are_where_they_are_said_to_be(study):
    claim = study.ledger["M30"]
    test = next(one for one in claim.tests if one.dataset == "us_states")
    ledger, replication = declared(study, test)
    assert "- id: M30" in line(ledger)
    assert line(replication).strip() == "M30:"
    after = (TOP / replication.path).read_text(encoding="utf-8").splitlines()[replication.line]
    assert test.outcome in after
    assert line(measure_place(study, "ln_ent")).strip() == "ln_ent:"
    for place in called("wild(estimate_columns(spec, panel))"):
        assert re.match("def (wild|estimate_columns)", line(place))


def line(place: Place) -> str:
    return (TOP / place.path).read_text(encoding="utf-8").splitlines()[place.line - 1]


def test_a_source_line_is_a_link_where_the_repository_has_an_address():
    place = Place("analysis/a.py", 7)
    assert place_link(place, "") == "<code>analysis/a.py:7</code>"
    assert 'href="https://host/us/it/blob/main/analysis/a.py#L7"' in place_link(
        place, "https://host/us/it/blob/main"
    )


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("log(loans)", "natural log of loans"),
        ("loans / sci", "loans over science share"),
        ("log(rd / loans)", "natural log of (R&D money over loans)"),
        ("entropy(sci, loans)", "index of science share and loans, weighted by entropy"),
        ("-sd4(dlog(rd))", "the negative of the standard deviation over 4 years of yearly log "
                           "difference of R&D money"),
        ("not a formula (", "not a formula ("),
        ("share of (rd, rest", "share of (R&D money, rest"),
    ],
)  # fmt: skip
def test_formulas_are_said_in_words(formula, words):
    assert formula_words(formula, LABELS) == words


def panel_column(values):
    """Years down, entities across, as a column of a panel."""
    years, many = [2001, 2002, 2003], len(values[0])
    index = pd.MultiIndex.from_product([[f"e{i}" for i in range(many)], years])
    return pd.Series(np.asarray(values, dtype=float).T.ravel(), index)


def test_a_course_has_the_quantiles_of_the_figures_in_units_for_readers():
    column = panel_column([[1e12, 3e12, 5e12], [np.nan] * 3, [2e13, 4e13, np.nan]])
    found = course(column, "yuan")
    assert found.unit == "trillion yuan"
    assert found.years.tolist() == [2001, 2003]
    assert found.counts.tolist() == [3, 2]
    np.testing.assert_allclose(found.quantiles[3], [3, 30])
    assert course(column * np.nan, "yuan") is None


@pytest.mark.parametrize("entities", [1, 5, 80])
def test_a_drawing_is_well_formed_and_named_and_within_its_frame(entities):
    rng = np.random.default_rng(1)
    column = panel_column(rng.normal(size=(3, entities)))
    drawn = ElementTree.fromstring(series_chart(course(column, "points"), "A & B", "firms"))
    assert drawn.attrib["aria-label"] == "A & B"
    lines = [e for e in drawn if e.attrib.get("class") == "each"]
    assert len(lines) == (entities if entities <= 60 else 0)
    _, _, width, height = map(float, drawn.attrib["viewBox"].split())
    for shape in drawn:
        for pair in shape.attrib.get("points", "").split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= width
            assert 0 <= y <= height


def test_a_constant_series_is_drawn():
    assert "<polyline" in series_chart(course(panel_column([[2.0]] * 3), ""), "flat", "firms")
