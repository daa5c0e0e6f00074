"""What the page for users of Stata and R quotes is what R printed, and what our calls give."""

import re

import pytest
from prose import BOOK

import analysis
from analysis.inference import threshold, u_test
from tests.goldens.read import golden

PAGE = (BOOK / "coming_from.md").read_text(encoding="utf-8")
BOTH, ONE = "invest ~ value + capital | entity + year", "invest ~ value + capital | entity"


def quoted(call: str) -> dict[str, list[str]]:
    """Return the numbers printed below a call of R, by the words before them."""
    block = PAGE.split(call)[1].split("```")[0]
    found = {}
    for line in block.splitlines()[1:]:
        if not line.startswith("#>"):
            break
        if numbers := re.findall(r"(?<!\S)-?\d+\.\d+", line):
            found[re.match(r"#> ([A-Za-z0-9]+(?: [a-z]+)?)", line)[1]] = numbers
    return found


def as_printed(value: float, text: str) -> bool:
    return f"{value:.{len(text.split('.')[1])}f}" == text


@pytest.mark.parametrize(
    ("call", "formula", "options", "slopes", "errors"),
    [
        ("feols(inv ~ value + capital | firm + year, Grunfeld, vcov = ~firm)\n", BOTH, {},
         "tw.b", "fixest.twoway.by_firm"),
        ("feols(inv ~ value + capital | firm, Grunfeld, vcov = ~firm)\n", ONE, {},
         None, "fixest.firm.by_firm"),
        ("vcov = ~firm + year)\n#>", BOTH, {"cluster": ("entity", "year")},
         None, "fixest.twoway.by_firm_and_year"),
    ],
)  # fmt: skip
def test_slopes_and_errors_are_those_of_fixest(grunfeld, call, formula, options, slopes, errors):
    ours = analysis.estimate(formula, grunfeld, **options)
    found = quoted(call)
    assert set(found) == {"value", "capital"}
    for name, numbers in found.items():
        assert as_printed(golden("elsewhere")[f"{errors}.{name}"], numbers[-1])
        assert as_printed(ours.std_errors[name], numbers[-1])
        if slopes:
            assert as_printed(golden("grunfeld")[f"{slopes}.{name}"], numbers[0])
            assert as_printed(ours.params[name], numbers[0])


def test_the_threshold_is_that_of_r(grunfeld):
    spec = analysis.Specification("invest", ["value", "capital"], lag=0)
    ours = threshold(spec, grunfeld, "capital", of=["value"], draws=99)
    found = quoted("# the threshold of Hansen by hand")
    assert as_printed(ours.gamma, found["gamma"][0])
    assert as_printed(ours.ssr_linear, found["S0"][0])
    assert as_printed(ours.ssr, found["S1"][0])
    printed = (BOOK.parent / "tests/goldens/form.txt").read_text().split()
    at = printed.index("261.4000000000")
    assert [f"{float(number):.2f}" for number in printed[at + 1 : at + 3]] == [
        found["S0"][0], found["S1"][0],
    ]  # fmt: skip


def test_the_curve_turns_where_it_does_in_r(grunfeld):
    spec = analysis.Specification(
        "invest", ["value"], controls=["capital"], interactions=[("value", "value")], lag=0
    )
    ours = u_test(spec, grunfeld, "value")
    found = quoted("# Lind and Mehlum by hand")
    assert as_printed(ours.turning, found["turning point"][0])
    assert as_printed(ours.p, found["p"][0])
    printed = (BOOK.parent / "tests/goldens/form.txt").read_text()
    assert "-398.476512306" in printed
    assert "0.645465660021" in printed
