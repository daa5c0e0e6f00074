"""Effects along the innovation chain: one scale, zero in view, every estimate under its stage."""

from itertools import combinations

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from analysis.display.charts import chain_effects
from analysis.errors import SpecificationError, UnknownNameError

CHAIN = pd.DataFrame(
    [
        ("front", "Front 前端", "basic and applied research"),
        ("middle", "Middle 中端", "development, pilot tests"),
        ("back", "Back 后端", "products and market"),
    ],
    columns=["stage", "name", "what"],
)
LABELS = {
    "front": ["basic research", "applied research"],
    "middle": ["experimental development", "technology sales"],
    "back": ["new products"],
}


def made_up(groups=("public patient funding", "loans")):
    return pd.DataFrame(
        [
            {"stage": stage, "label": label, "estimate": 0.1 * i + j, "low": 0.1 * i + j - 0.2,
             "high": 0.1 * i + j + 0.3, "group": group}
            for j, group in enumerate(groups)
            for i, (stage, label) in enumerate((s, w) for s, ws in LABELS.items() for w in ws)
        ]
    )  # fmt: skip


def parts(picture):
    top, ax = picture.figure.axes
    bands = [p for p in ax.patches if p.get_zorder() == -1]
    return top, ax, [(p.get_x(), p.get_x() + p.get_width()) for p in bands]


def test_every_estimate_stands_under_its_stage():
    rows = made_up()
    top, ax, bands = parts(chain_effects(rows, CHAIN, "SD"))
    assert len(bands) == 3
    drawn = [
        (x, y, line.get_label())
        for line in ax.lines if line.get_linestyle() == "None"
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]  # fmt: skip
    assert len(drawn) == len(rows)
    where = dict(zip(LABELS, bands, strict=True))
    for row in rows.itertuples():
        (x,) = [x for x, y, group in drawn if group == row.group and y == row.estimate]
        first, last = where[row.stage]
        assert first < x < last
    assert top.get_shared_x_axes().joined(top, ax)


def test_intervals_have_their_ends_and_zero_is_in_view():
    rows = made_up().assign(estimate=5.0, low=4.0, high=6.0)
    _, ax, _ = parts(chain_effects(rows, CHAIN, "SD"))
    ends = [seg[:, 1].tolist() for c in ax.collections for seg in c.get_segments()]
    assert ends == [[4.0, 6.0]] * len(rows)
    assert ax.get_ylim()[0] < 0


def test_two_groups_on_one_label_do_not_hide_each_other():
    rows = made_up()
    _, ax, _ = parts(chain_effects(rows, CHAIN, "SD"))
    first, second = (line.get_xdata() for line in ax.lines if line.get_linestyle() == "None")
    assert (abs(first - second) >= 0.4).all()
    looks = {
        (line.get_color(), line.get_marker()) for line in ax.lines if line.get_marker() in "os"
    }
    assert len({c for c, _ in looks}) == len({m for _, m in looks}) == 2


def test_stages_carry_both_names_and_arrows_between():
    top, _, _ = parts(chain_effects(made_up(), CHAIN, "SD"))
    found = [t.get_text() for t in top.texts]
    assert [w for w in found if "端" in w] == ["Front 前端", "Middle 中端", "Back 后端"]
    assert len(top.patches) == len(CHAIN) + len(CHAIN) - 1


def test_tick_labels_do_not_collide():
    figure = chain_effects(made_up(), CHAIN, "SD").figure
    FigureCanvasAgg(figure).draw()
    frames = []
    for label in figure.axes[1].get_xticklabels():
        lines = label.get_text().split("\n")
        box = label.get_window_extent()
        seen = box.height * sum(map(bool, lines)) / len(lines)  # blank lines set a label lower
        frames.append((box.x0, box.y0 + 2, box.x1, box.y0 + seen - 2))  # 2: below the letters
    assert len(frames) == 5
    for (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) in combinations(frames, 2):
        assert ax1 <= bx0 or bx1 <= ax0 or ay1 <= by0 or by1 <= ay0


def test_words_stay_in_their_stage():
    figure = chain_effects(made_up(), CHAIN, "SD").figure
    FigureCanvasAgg(figure).draw()
    top = figure.axes[0]
    boxes = [p.get_window_extent() for p in top.patches[: len(CHAIN)]]
    for text in top.texts:
        frame = text.get_window_extent()
        assert any(b.x0 < frame.x0 and frame.x1 < b.x1 and b.y0 < frame.y0 and frame.y1 < b.y1
                   for b in boxes), text.get_text()  # fmt: skip


def test_other_chains_and_colours_are_the_callers():
    rows = made_up(("loans",))
    chain = CHAIN[:2].assign(name=["Seed 种子", "Growth 成长"])
    picture = chain_effects(rows[rows["stage"] != "back"], chain, "SD", {"loans": "#123456"})
    _, ax, bands = parts(picture)
    assert len(bands) == 2
    assert "#123456" in {line.get_color() for line in ax.lines}


def test_errors_name_what_is_wrong():
    with pytest.raises(UnknownNameError, match="middle"):
        chain_effects(made_up().replace("middle", "midle"), CHAIN, "SD")
    with pytest.raises(SpecificationError, match="'back' of the chain has no estimate"):
        chain_effects(made_up().query("stage != 'back'"), CHAIN, "SD")
    with pytest.raises(SpecificationError, match="5 groups"):
        chain_effects(made_up(tuple("abcde")), CHAIN, "SD")
