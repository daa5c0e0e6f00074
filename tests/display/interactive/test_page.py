"""What a page holds for a script is what the archive holds; a still figure stands beside it."""

import json
import math
import re

import numpy as np
import pytest

from analysis.display import explorer
from analysis.display.interactive.claims import curve_data

DATA = re.compile(r'<script type="application/json">(.*?)</script>', re.S)


@pytest.fixture(scope="module")
def page(archive, study):
    return explorer(study, archive)


def data_of(piece):
    (text,) = DATA.findall(piece.text)
    return json.loads(text)


def test_every_estimate_is_that_of_the_archive(page, archive):
    found = {
        (claim["id"], record["dataset"]): record
        for claim in data_of(page.claims)["claims"]
        for record in claim["records"]
    }
    assert len(found) == len(archive.records)
    for record in archive.records:
        shown = found[record.id, record.dataset]
        assert shown["word"] == record.verdict.word
        for part, finding in zip(shown["parts"], record.evidence.findings, strict=True):
            for name in ("tested", "low", "high"):
                value = getattr(finding, name)
                want = pytest.approx(value, rel=1e-3, abs=1e-12) if math.isfinite(value) else None
                assert part[name] == want


def test_a_curve_comes_back_specification_by_specification(archive):
    kept = archive.record("M16").shown.exhibits["curve"].values
    plain = curve_data(kept)
    table = kept["table"].sort_values("estimate", ignore_index=True)
    assert plain["estimate"] == pytest.approx(table["estimate"].tolist(), rel=6e-3)
    low = np.subtract(plain["estimate"], plain["half"])
    assert low == pytest.approx(table["low_cr3"].to_numpy(), abs=0.01)
    assert [bool(table["declared"][i]) for i in plain["declared"]] == [True]
    words = kept["words"]
    for choice in plain["choices"]:
        chosen = [choice["values"][int(letter, 36)] for letter in choice["of"]]
        wanted = [words.get(str(v), str(v)).replace("_", " ") for v in table[choice["name"]]]
        assert chosen == wanted


def test_every_place_has_both_names_and_its_figures(page, study):
    provinces, cities = data_of(page.maps)["sets"]
    for shown, unit in ((provinces, "province-year"), (cities, "city-year")):
        panel = study.panel(study.units[unit])
        assert len(shown["places"]) == len(panel.entities)
        for code, en, zh, *_ in shown["places"]:
            assert (en, zh) == tuple(panel.entities.loc[code, ["label_en", "label_zh"]])
        one = shown["measures"][0]
        for (code, *_), values in zip(shown["places"][::7], one["values"][::7], strict=True):
            wanted = panel[one["name"]].loc[code].reindex(one["years"])
            got = [math.nan if value is None else value for value in values]
            assert got == pytest.approx(wanted.tolist(), abs=1e-3, nan_ok=True)


@pytest.mark.parametrize("name", ["thresholds", "claims", "maps", "paths"])
def test_without_a_script_a_figure_or_a_table_stands(page, name):
    still = getattr(page, name).text.split("<script")[0]
    assert "<table" in still or len(re.findall(r'<img [^>]*alt="[^"]{30,}"', still)) > 0
    assert "<input" not in still
    assert "<select" not in still


def test_data_cannot_end_their_own_script(page):
    for name in ("thresholds", "claims", "maps", "paths"):
        assert getattr(page, name).text.count("</script>") == 1


def test_readers_see_words_and_no_internal_names(page, study):
    shown = [claim["reason"] for claim in data_of(page.claims)["claims"]]
    shown += [*data_of(page.thresholds)["names"].values()]
    nouns = {study.panel(name).roles.entities for name in study.datasets}
    internal = re.compile(rf"\w_\w|\b({'|'.join({*study.datasets} - nouns)}):")
    assert not [text for text in shown if internal.search(text)]


def test_every_number_of_the_rules_has_a_name(page):
    assert set(data_of(page.thresholds)["names"]) == set(page.moved.steps)
