import copy
import re
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from analysis.errors import SpecificationError, UnknownNameError
from analysis.measures import read_declarations
from analysis.measures.declarations import Measure
from analysis.measures.reading import parse
from analysis.strict import Loader
from analysis.studies import patient_capital
from tests.published import declared

FILE = Path(patient_capital.__file__).with_name("measures.yml")

DOCUMENT = yaml.load(FILE.read_text(encoding="utf-8"), Loader=Loader)
CONTRACT = re.findall(
    r"\w+",
    """
vip invsh tmo htr htp nps nps_ht bas app gov sci loan dfi tmi trn insurance growth_boards
gov_stability ent entsh govsh ln_fte researchers rd_gdp source_diversity market fiscal_gap
gdp_per_head urban growth primary_share design_share ln_basic ln_applied ln_experimental ln_rd
ln_gov ln_ent ln_inv ln_ht_firms ln_listed ln_ipos dln_rd dln_basic dln_applied dln_experimental
dln_fte sd_dln_rd lq_ht nqp pcp ifin ifin_tmi ifin_full nqp_x_tmo pc_broad d_classic d_wang
""",
)


def changed(*path_and_value):
    """The document of the book with one value changed."""
    *path, value = path_and_value
    document = copy.deepcopy(DOCUMENT)
    block = document
    for key in path[:-1]:
        block = block[key]
    block[path[-1]] = value
    return document


@pytest.mark.parametrize("name", CONTRACT)
def test_every_promised_name_is_declared(name):
    assert name in declared()


def test_primary_indices_are_pairwise_disjoint_with_twins():
    found = declared()
    primary = [index.name for index in found.indices.values() if index.primary]
    assert sorted(primary) == ["ifin", "nqp", "pcp"]
    for one, other in combinations(primary, 2):
        mine, theirs = (found.ingredients(name) for name in (one, other))
        reach = set(mine.content) | {t for s in mine.content for t in found.twin_of(s)}
        assert not reach & set(theirs.content + theirs.scale)


def test_technology_purchases_would_break_the_primary_indices():
    # The reason for their absence from ifin, as the file tells it.
    document = changed("indices", "ifin", "ingredients", ["loan", "dfi", "tmi"])
    with pytest.raises(SpecificationError, match=r"nqp and ifin .* share tech_contracts_bought"):
        parse(document)


def test_core_sides_share_no_content():
    found = declared()
    sides = {side: set() for side in found.core_sides}
    for item in found.measures.values():
        if item.side in sides:
            sides[item.side] |= set(found.ingredients(item.name).content)
    for one, other in combinations(found.core_sides, 2):
        assert not sides[one] & sides[other]


def test_a_raw_series_on_two_sides_is_refused():
    block = dict(DOCUMENT["measures"]["loan"], numerator="rd_basic")
    with pytest.raises(
        SpecificationError, match="rd_basic stands on side funding in bas and on side"
    ):
        parse(changed("measures", "loan", block))


def test_every_raw_series_is_known_to_a_panel(raw):
    # A typing error in measures.yml must not pass for a series that a data set lacks.
    for item in declared().measures.values():
        if not item.only:
            assert set(item.sources) <= set(raw.frame.columns), item.name


def test_series_named_in_twins_parts_and_scale_are_known(study):
    found = declared()
    named = {s for t in found.twins for s in t.pair} | set(found.scale)
    named |= {s for p in found.parts for s in (p.whole, *p.parts)}
    named |= {s for c in found.crossed for group in c.by for s in group}
    known = {name: set(study.raw(name).frame.columns) for name in study.datasets}
    assert named <= set().union(*known.values())
    for pair in (t.pair for t in found.twins):  # a twin is of use where both are published
        assert any(set(pair) <= columns for columns in known.values()), pair
    for part in found.parts:
        assert any({part.whole, *part.parts} <= columns for columns in known.values()), part.whole
    assert all(x.why for x in (*found.twins, *found.parts, *found.crossed))
    assert found.scale_why


def test_ingredients_split_into_content_and_scale():
    found = declared()
    assert found.ingredients("gov").content == ("rd_funds_government",)
    assert found.ingredients("gov").scale == ("gdp",)
    assert found.ingredients("bas").content == ("rd_basic", "rd_expenditure")
    assert found.ingredients("gdp_per_head").content == ("gdp",)
    assert found.ingredients("gdp_per_head").scale == ("population",)
    assert set(found.ingredients("d_wang").series) == (
        set(found.ingredients("pcp").series) | set(found.ingredients("ifin").series)
    )


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("gov", "rd_funds_government / gdp"),
        ("gov_stability", "-sd4(dlog(rd_funds_government))"),
        ("fiscal_gap", "(fiscal_expenditure - tax_revenue) / gdp"),
        ("mismatch", "|(rd_funds_government - rd_basic - rd_applied) / rd_expenditure|"),
        ("market", "1 - fiscal_expenditure / gdp"),
        ("growth", "gdp_index - 100"),
        ("ln_ipos", "log(1 + ipos)"),
        ("pcp", "entropy(bas, app, gov, sci)"),
        ("d_wang", "wang2021(pcp, ifin)"),
    ],
)
def test_formulas_can_be_read(name, formula):
    assert declared().formula(name) == formula


def test_every_proxy_is_called_one():
    found = declared()
    for item in found:
        if (
            item.side in ("funding", "finance")
            and isinstance(item, Measure)
            and item.unit.name == "share"
        ):
            assert item.proxy_for, f"{item.name} does not say what it only stands for"
    assert all(index.proxy_for for index in found.indices.values())


def test_definitions_are_one_sentence_and_labels_are_distinct():
    found = list(declared())
    for item in found:
        assert item.definition.endswith("."), item.name
        assert item.definition.count(". ") == 0 or "et al." in item.definition, item.name
    assert len({item.label_en for item in found}) == len(found)
    assert len({item.label_zh for item in found}) == len(found)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (changed("measures", "gov", "unit", "shere"), "unit 'shere'.*did you mean share"),
        (changed("measures", "gov", "side", "fundin"), "side 'fundin'.*did you mean funding"),
        (changed("measures", "gov", "colour", "red"), "key 'colour' in measure 'gov'"),
        (changed("measures", "gov", "transform", ["logg"]), "transform 'logg'.*did you mean log"),
        (changed("measures", "gov", "combine", "ration"), "combination 'ration'.*ratio"),
        (changed("indices", "pcp", "ingredients", ["bas", "gvo"]), "ingredient 'gvo'.*gov"),
        (changed("indices", "pcp", "ingredients", ["bas", "rd_basic"]), "ingredient 'rd_basic'"),
        (changed("indices", "pcp", "scheme", "entrpy"), "scheme 'entrpy'.*entropy"),
        (changed("composites", "d_wang", "systems", ["pcp", "fin"]), "system 'fin'.*ifin"),
        (changed("composites", "d_wang", "form", "wang"), "form 'wang'.*wang2021"),
        (changed("mesures", {}), "section 'mesures'.*measures"),
    ],
)
def test_unknown_names_are_refused_with_a_suggestion(document, message):
    with pytest.raises(UnknownNameError, match=message):
        parse(document)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (changed("measures", "gov", {"label_en": "x"}), "measure 'gov' .* lacks label_zh"),
        (changed("measures", "gov", "direction", 2), "must be 1, -1 or 0"),
        (changed("measures", "gov", "transform", ["rolling_sd"]), "rolling_sd: 4"),
        (changed("measures", "gov", "transform", [{"log": 3}]), "'log' alone"),
        (changed("measures", "gov", "direction", 0), "gov of index 'pcp' .* has direction 0"),
        (changed("measures", "pcp", DOCUMENT["measures"]["gov"]), "declares pcp twice"),
        (changed("composites", "d_wang", "systems", "pcp"), "at least two systems"),
        (changed("twins", [{"pair": ["gdp", "loans"]}]), "in 'twins' of .* must have pair, why"),
        (changed("units", "share", {"stored": "share"}), "unit 'share' .* must have name, stored"),
        (
            changed("measures", "gov", "transform", [{"rolling_sd": 0}]),
            "rolling_sd in measure 'gov' .* needs two years or more, not 0",
        ),
    ],
)
def test_malformed_blocks_are_refused(document, message):
    with pytest.raises(SpecificationError, match=message):
        parse(document)


def test_unknown_look_ups():
    with pytest.raises(UnknownNameError, match="did you mean"):
        declared()["ln_basics"]
    with pytest.raises(UnknownNameError, match="Unknown index 'npq'"):
        declared().index("npq")


def test_a_student_adds_a_ratio_by_copying_a_block(tmp_path, raw):
    from analysis.measures import build

    block = dict(DOCUMENT["measures"]["gov"], numerator="rd_funds_foreign", side="mediator")
    path = tmp_path / "mine.yml"
    path.write_text(
        yaml.safe_dump(changed("measures", "foreign", block), allow_unicode=True), encoding="utf-8"
    )
    built = build(raw, read_declarations(path))
    assert built.describe("foreign").formula == "rd_funds_foreign / gdp"
    assert built["foreign"].notna().sum() > 300


def test_a_file_without_sections_is_refused(tmp_path):
    path = tmp_path / "empty.yml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(SpecificationError, match="not a mapping of sections"):
        read_declarations(path)
