from dataclasses import replace

import pytest

from analysis.claims import Question, evaluate
from analysis.claims.explore.omission import omission
from analysis.errors import UnknownNameError
from analysis.inference import estimate
from analysis.models import Sample


@pytest.fixture
def found(make_claim, toy, study):
    return evaluate(Question(make_claim(), toy, study), draws=99)


def test_the_leave_one_out_ends_are_found_again(found):
    """The jackknife of the finding and a fresh estimate on fewer rows have to agree."""
    finding = found.evidence.findings[0]
    for entity, end in (
        (finding.lowest_without, finding.lowest),
        (finding.highest_without, finding.highest),
    ):
        table = omission(found, entity, draws=99).table.set_index("effects")
        assert table.loc["two_way", "estimate"] == pytest.approx(end, rel=1e-6)


def test_rows_and_unit_are_those_of_the_others(found, toy):
    table = omission(found, "f03", "f07", draws=99).table.set_index("effects")
    assert list(table.index) == ["two_way", "region_year", "entity_trends"]
    reading = found.readings[0]
    assert set(table["n"]) == {reading.estimates["two_way"].n - 22}  # eleven lagged rows each
    spec = replace(
        reading.regression.spec, sample=Sample(exclude_entities=("f03", "f07")), effects="two_way"
    )
    line = estimate(spec, toy).coefficient("a")
    for name, value in (("estimate", line.estimate), ("low", line.low_cr3), ("mde", line.mde)):
        assert table.loc["two_way", name] == pytest.approx(value * line.scale)


def test_an_event_brings_its_path_without_the_entity(make_claim, toy, study):
    claim = make_claim(
        design="event",
        specification={"lag": 0},
        setup={"exposure": [2008, 2008], "active": [2009, 2009]},
    )
    made = evaluate(Question(claim, toy, study), draws=99)
    whole, fewer = made.result["path"], omission(made, "f01", draws=99).path
    assert list(whole.table["year"]) == list(fewer.table["year"])
    assert (whole.base, whole.leads) == (fewer.base, fewer.leads)
    free = ~whole.table["reference"]
    assert (whole.table["estimate"][free] != fewer.table["estimate"][free]).all()


def test_a_plain_claim_has_no_path(found):
    assert omission(found, "f01", draws=99).path is None


def test_an_entity_that_is_not_there_is_named(found):
    with pytest.raises(UnknownNameError, match="nowhere"):
        omission(found, "nowhere")
