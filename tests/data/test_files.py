from __future__ import annotations

import re

import pytest

from analysis.data import load, load_policies
from analysis.data.dataset import DATA
from analysis.data.files import parse_csv, read_yaml, sha256
from analysis.errors import DataError


def test_changed_number_breaks_the_hash(spoil, put):
    root = spoil("fiscal", put(("CN-SH", "2015"), "fiscal_science", "271.86"))
    found = sha256((root / "china" / "fiscal.csv").read_bytes())
    recorded = read_yaml(root / "china" / "fiscal.yml")["sha256"]
    with pytest.raises(DataError) as caught:
        load("china", root=root)
    message = str(caught.value)
    assert message.startswith("china/fiscal.csv is not the file its sidecar describes")
    assert found[:12] in message
    assert recorded[:12] in message
    assert f"put 'sha256: {found}' in china/fiscal.yml" in message


def test_mend_named_in_the_hash_message_works(spoil, put):
    root = spoil("fiscal", put(("CN-SH", "2015"), "fiscal_science", "271.86"))
    path = root / "china" / "fiscal.yml"
    found = sha256((root / "china" / "fiscal.csv").read_bytes())
    path.write_text(
        re.sub(r"(?m)^sha256: .*$", f"sha256: {found}", path.read_text("utf-8")), "utf-8"
    )
    assert load("china", root=root)["fiscal_science"].loc["CN-SH", 2015] == 271.86e8


def test_small_tables_are_pinned_too(spoil):
    root = spoil("policies", lambda rows: rows[1].__setitem__(4, "elsewhere"), folder="policies")
    with pytest.raises(DataError, match=r"policies/policies.csv is not the file"):
        load_policies(root)


def test_line_ends_do_not_change_the_hash(root):
    path = root / "china" / "fiscal.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert len(load("china", root=root).frame) == 465


def test_every_committed_table_is_pinned():
    tables = sorted(DATA.glob("*/*.csv"))
    assert len(tables) >= 29
    for path in tables:
        assert read_yaml(path.with_suffix(".yml"))["sha256"] == sha256(path.read_bytes()), path.name


def test_no_committed_file_names_a_path_or_a_registry():
    patterns = [
        r"https?://",
        r"(?<![\w.])/(work|home|tmp|root|Users|mnt)/",
        r"[A-Z]:\\",
        r"\b(pypi|npmjs|crates\.io|conda\.anaconda|rubygems)\b",
    ]
    files = [p for p in DATA.rglob("*") if p.is_file()]
    assert len(files) > 30
    for path in files:
        text = path.read_text(encoding="utf-8")
        for pattern in patterns:
            assert not re.search(pattern, text), f"{path.name}: {pattern}"


def test_row_with_too_many_cells(root):
    path = root / "china" / "fiscal.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[9] += ",7"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match=r"china/fiscal.csv is not a comma-separated table"):
        load("china", root=root)


def test_every_row_with_too_many_cells(tmp_path):
    with pytest.raises(DataError, match=r"rows with more cells than the header"):
        parse_csv(tmp_path / "t.csv", b"a,b\n1,2,3\n4,5,6\n", [])


def test_only_an_empty_cell_is_missing(tmp_path):
    frame = parse_csv(tmp_path / "t.csv", b"entity,x\nNA,1\nnull,\n", ["entity"])
    assert frame["entity"].tolist() == ["NA", "null"]
    assert frame["x"].isna().tolist() == [False, True]


def test_numbers_are_read_to_the_last_digit(tmp_path):
    frame = parse_csv(tmp_path / "t.csv", b"x\n473.8340854\n0.30000000000000004\n", [])
    assert frame["x"].tolist() == [473.8340854, 0.30000000000000004]


def test_table_that_is_not_utf8(tmp_path):
    with pytest.raises(DataError, match=r"not UTF-8: save it again"):
        parse_csv(tmp_path / "t.csv", "entity\n北京\n".encode("gb18030"), ["entity"])


def test_broken_yaml_names_the_line(root):
    path = root / "china" / "fiscal.yml"
    path.write_text("title: [unclosed\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"china/fiscal.yml is not valid YAML near line"):
        load("china", root=root)


def test_a_key_written_twice_is_refused(tmp_path):
    path = tmp_path / "economy.yml"
    path.write_text("columns:\n  gdp: 1\n  loans: 2\n  gdp: 3\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"economy.yml has the key 'gdp' twice near line 4"):
        read_yaml(path)
