"""What `run.py` times. Every case yields dicts: what, seconds, note; ours comes first."""

import resource
import time
import warnings
from importlib.metadata import PackageNotFoundError, version
from itertools import combinations, islice

import numpy as np
import pandas as pd

from analysis.data import Panel, Roles, Variable

CONTROLS = tuple(f"c{i:02d}" for i in range(14))


def seconds(work, repeats):
    """Best of several runs after one to warm up: what others do on the machine only adds."""
    work()
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def line(what, took, note=""):
    return {"what": what, "seconds": took, "note": note}


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def panel_of(entities, years, columns, seed=0):
    rng = np.random.default_rng(seed)
    names = [f"e{i:03d}" for i in range(entities)]
    span = range(2010, 2010 + years)
    index = pd.MultiIndex.from_product([names, span], names=["entity", "year"])
    frame = pd.DataFrame(rng.normal(size=(len(index), len(columns))), index, list(columns))
    roles = Roles("firm", "firms", "企业", "Bench", "计时", 2010, 2009 + years, entities)
    described = {name: Variable(name, name) for name in frame}
    return Panel("bench", frame, described, pd.DataFrame(index=pd.Index(names)), roles)


def curve():
    from analysis.models import Specification, fit_many

    panel = panel_of(31, 14, ("y", "x", *CONTROLS))
    subsets = [c for size in range(8) for c in combinations(CONTROLS, size)]
    grid = [Specification("y", ("x",), controls=chosen, lag=0) for chosen in subsets]
    took = seconds(lambda: fit_many(grid, panel), 3)
    ours = fit_many(grid, panel).table.groupby("specification").first()
    yield line(f"fit_many, {len(grid):,} specifications", took)
    # Every n-th specification, so that all sizes are among those timed.
    step = len(grid) // 60
    some = list(islice(grid, 0, None, step))
    mine = ours["estimate"].to_numpy()[::step]
    for name, loop in (("pyfixest", pyfixest_loop), ("linearmodels PanelOLS", panel_ols_loop)):
        loop(panel, some[:2])  # lazy imports are not part of the time
        start = time.perf_counter()
        theirs = loop(panel, some)
        took = (time.perf_counter() - start) * len(grid) / len(some)
        apart = np.abs(theirs - mine).max()
        note = f"scaled from {len(some)}; largest difference {apart:.0e}"
        yield line(f"{name} {version(name.split()[0])}, one by one", took, note)


def pyfixest_loop(panel, specs):
    import pyfixest as pf

    frame, out = panel.frame.reset_index(), []
    for spec in specs:
        formula = f"{spec.outcome} ~ {' + '.join(spec.terms)} | entity + year"
        fitted = pf.feols(formula, data=frame, vcov={"CRV1": "entity"})
        out.append(fitted.coef().iloc[0])
        fitted.pvalue()
    return np.array(out)


def panel_ols_loop(panel, specs):
    from linearmodels.panel import PanelOLS

    out = []
    for spec in specs:
        model = PanelOLS(
            panel.frame[spec.outcome], panel.frame[list(spec.terms)],
            entity_effects=True, time_effects=True,
        )  # fmt: skip
        found = model.fit(cov_type="clustered", cluster_entity=True, group_debias=True)
        out.append(found.params.iloc[0])
        found.pvalues  # noqa: B018 - computed when asked for
    return np.array(out)


def wild():
    from analysis.inference import wild as test
    from analysis.models import Specification, fit

    panel = panel_of(31, 13, ("y", "x", *CONTROLS[:4]))
    fitted = fit(Specification("y", ("x", *CONTROLS[:4]), lag=0), panel)
    before = memory()
    p_value = seconds(lambda: test(fitted, "x", interval=False), 51)
    both = seconds(lambda: test(fitted, "x"), 21)
    found = test(fitted, "x")
    grown = memory() - before
    yield line("wild, p-value", p_value, f"p = {found.p:.4f}; {grown:.0f} MiB more than the fit")
    yield line("wild, p-value and interval", both, f"[{found.low:.4f}, {found.high:.4f}]")
    draws = 400
    start = time.perf_counter()
    loop(fitted, next(found.weights.chunks())[:draws])
    took = (time.perf_counter() - start) * 9_999 / draws
    yield line("numpy, one regression a draw", took, f"scaled from {draws}")
    yield from wildboottest(panel)


def loop(fitted, weights):
    """Estimate anew for each draw, on columns from which entity effects are already out."""
    x, y = np.column_stack([fitted.x_nested, fitted.nuisance]), fitted.y_nested
    rest = x[:, 1:]
    below = rest @ np.linalg.lstsq(rest, y, rcond=1e-10)[0]
    u, bread, out = y - below, np.linalg.pinv(x), []
    for w in weights:
        star = below + w[fitted.clusters] * u
        b = bread @ star
        score = np.bincount(fitted.clusters, bread[0] * (star - x @ b))
        out.append(b[0] / np.sqrt(score @ score))
    return out


def wildboottest(panel):
    import pyfixest as pf

    try:
        name = f"pyfixest {version('pyfixest')} with wildboottest {version('wildboottest')}"
    except PackageNotFoundError:
        yield line("pyfixest's wildboottest", None, "not timed: wildboottest is not installed")
        return
    frame = panel.frame.reset_index()
    frame["entity"] = pd.factorize(frame["entity"])[0]  # its compiled code knows no strings
    formula = f"y ~ x + {' + '.join(CONTROLS[:4])} | entity + year"
    fitted = pf.feols(formula, data=frame, vcov={"CRV1": "entity"})

    def run():
        return fitted.wildboottest(param="x", reps=9_999, seed=1)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        took = seconds(run, 7)
        yield line(name, took, f"p = {run()['Pr(>|t|)']:.4f}")


def books():
    from analysis.claims import read_study
    from analysis.claims.calibration.books import book, claims_of
    from analysis.claims.calibration.placebo import placebo
    from analysis.claims.evaluation import answer

    study = read_study("patient_capital")
    made, panels = placebo(study, study.main, "walk"), 10
    book(made, [0])  # imports are not part of the time
    start = time.process_time()
    book(made, range(panels))
    together = (time.process_time() - start) / panels
    drawn, claims = made.replaced(0), claims_of(made)
    start = time.process_time()
    for claim in claims:
        answer(made.question(claim, drawn), 999)
    yield line(f"{panels} panels at once", together, f"{len(claims)} claims; CPU seconds")
    yield line("claim by claim", time.process_time() - start, "one panel, everything asked")


def million():
    """A hundred thousand firms for ten years in two thousand areas; one in five moves each year."""
    rng = np.random.default_rng(0)
    firms, years, areas = 100_000, 10, 2_000
    firm = np.repeat(np.arange(firms), years)
    home = np.repeat(rng.integers(0, areas, firms), years)
    moved = rng.random(len(firm)) < 0.2
    area = np.where(moved, rng.integers(0, areas, len(firm)), home)
    columns = {f"x{i}": rng.normal(size=len(firm)) for i in range(5)}
    y = rng.normal(size=len(firm)) + rng.normal(size=firms)[firm] + 0.5 * columns["x0"]
    year = np.tile(np.arange(years), firms)
    return pd.DataFrame({"y": y, **columns, "firm": firm, "year": year, "area": area})


def large():
    from analysis.models.large import estimate_large

    frame, names, effects = million(), [f"x{i}" for i in range(5)], ["firm", "year", "area"]
    before = memory()

    def run():
        return estimate_large("y", names, frame, effects=effects, cluster="firm", tolerance=1e-6)

    took = seconds(run, 3)
    first = run().table.iloc[0]
    grown = memory() - before
    note = f"{first['estimate']:.6f} ({first['se']:.6f}); {grown:,.0f} MiB more than the frame"
    yield line("estimate_large", took, note)


def large_peer():
    import pyfixest as pf

    frame, before = million(), memory()
    formula = "y ~ x0 + x1 + x2 + x3 + x4 | firm + year + area"

    def run():
        return pf.feols(formula, data=frame, vcov={"CRV1": "firm"}, ssc=pf.ssc(k_fixef="none"))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        took = seconds(run, 3)
        found = run()
    grown = memory() - before
    note = f"{found.coef().iloc[0]:.6f} ({found.se().iloc[0]:.6f}); {grown:,.0f} MiB more than"
    yield line(f"pyfixest {version('pyfixest')}", took, note + " the frame")
