import pandas as pd
import pytest

from analysis.data.codebook import Codebook
from analysis.display.html import Html, claim_card, grid_table, table
from analysis.inference.cells import Grid
from tests.published import ledger


def test_table_is_semantic_escaped_and_shows_missing():
    frame = pd.DataFrame({"Name": ["a<b", Html("<b>x</b>")], "Value": [1.234, float("nan")]})
    text = table(frame, "A caption", {"Value": "{:.1f}".format}).text
    assert "<caption>A caption</caption>" in text
    assert text.count('scope="col"') == 2
    assert text.count('scope="row"') == 2
    assert "a&lt;b" in text
    assert "<b>x</b>" in text
    assert "<td>1.2</td>" in text
    assert "<td>–</td>" in text


@pytest.fixture(scope="module")
def panel(study):
    return Codebook.of(study.panel("china"))


@pytest.mark.parametrize("claim", list(ledger()), ids=lambda c: c.id)
def test_every_claim_has_a_card(claim, panel):
    text = claim_card(claim, panel).text
    assert f'<span class="claim-id">{claim.id}</span>' in text
    assert f'<q lang="zh">{claim.quote}</q>' in text
    assert f"status-{claim.status.replace(' ', '-')}" in text
    assert "Expected: a " in text


def test_a_card_names_the_policy_where_there_is_no_regressor():
    text = claim_card(ledger()["M48"]).text
    assert "exposure to the fintech sandbox" in text


def test_a_grid_marks_chinese_code_and_links_and_nothing_else():
    grid = Grid(
        "Caption 标题", ("Name", "Cell"), (("GDP 国内 生产", "`a<b` [M16](x.html#m16) **verify**"),)
    )
    text = grid_table(grid).text
    assert '<span lang="zh">标题</span></caption>' in text
    assert '<span lang="zh">国内</span> <span lang="zh">生产</span>' in text
    assert "<code>a&lt;b</code>" in text
    assert '<a href="x.html#m16">M16</a>' in text
    assert "<strong>verify</strong>" in text
    assert 'aria-label="Caption 标题"' in text
