"""The appendix: every tested method is drawn, warned ones apart, every family has its table."""

import pandas as pd

from analysis.certificates import registry
from analysis.certificates.table import read_rows
from analysis.certified import ACCEPTED
from analysis.display.certificates import FAMILIES, certificates_page, method_certificates
from analysis.display.charts import power_chart, size_chart


def methods_that_test():
    return [m for m, entry in registry().items() if entry.nominal == "test" and 0 in entry.effects]


def test_every_tested_method_is_drawn():
    ax = certificates_page().sizes.figure.axes[0]
    assert len(ax.get_yticklabels()) == len(methods_that_test())


def test_methods_outside_the_band_are_diamonds():
    sizes = pd.DataFrame({"rejects": [0.05, 0.2], "mc_error": [0.01, 0.01]}, index=["in", "out"])
    ax = size_chart(sizes).figure.axes[0]
    markers = [line.get_marker() for line in ax.lines if line.get_marker() in ("o", "D")]
    assert sorted(markers) == ["D", "o"]


def test_power_curves_start_at_their_size():
    curves = pd.DataFrame({"CR1": [0.05, 0.5], "CR3": [0.04, 0.4]}, index=[0.0, 0.3])
    lines = power_chart(curves).figure.axes[0].lines
    assert [line.get_ydata()[0] for line in lines[:2]] == [0.05, 0.04]


def test_every_registry_file_belongs_to_a_family():
    files = {entry.file for entry in registry().values()}
    assert files == {name for names in FAMILIES.values() for name in names}


def test_family_tables_say_accepted_or_warned_as_the_sizes_are():
    low, high = ACCEPTED
    text = "".join(table.text for table in method_certificates().values())
    names = methods_that_test()
    null = [r for r in read_rows() if float(r["effect"]) == 0 and r["method"] in names]
    shares = [float(r["rejects"]) for r in null if r["rejects"]]
    assert text.count("<td>accepted</td>") == sum(low <= share <= high for share in shares)
    assert text.count("<td>warned</td>") == sum(not low <= share <= high for share in shares)
