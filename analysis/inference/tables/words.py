"""What a table for a journal says, in English and in Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from analysis.errors import require_known

__all__ = ["LANGUAGES", "reason", "require_language", "word"]

LANGUAGES = ("en", "zh")

_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "note": ("Notes: ", "注："),
    "stop": (". ", "。"),
    "and": ("; ", "；"),
    "listed": (", ", "、"),
    "colon": (": ", "："),
    "models": ("Regression results", "回归结果"),
    "yes": ("Yes", "是"),
    "no": ("No", "否"),
    "constant_term": ("Constant", "常数项"),
    "dated": (" (t{})", "（t{}）"),
    # Rows below the coefficients.
    "method": ("Estimator", "估计方法"),
    "entity": ("Entity effects", "个体固定效应"),
    "year": ("Year effects", "年份固定效应"),
    "region^year": ("Region × year effects", "地区×年份固定效应"),
    "entity_trend": ("Entity trends", "个体时间趋势"),
    "effects": ("{} effects", "{}固定效应"),
    "initial": ("Initial {} × year", "期初{}×年份"),
    "n": ("Observations", "观测值"),
    "entities": ("Entities", "个体数"),
    "clusters": ("Clusters", "聚类数"),
    "within_r2": ("Within R²", "组内R²"),
    "r2": ("R²", "R²"),
    # What stands below a coefficient.
    "estimate": ("estimate", "系数"),
    "se": ("standard error", "标准误"),
    "se_cr3": ("CR3 standard error", "CR3标准误"),
    "t": ("t statistic", "t值"),
    "interval": ("{} interval", "{}置信区间"),
    "below": ("{}s in parentheses: {}", "括号内为{}：{}"),
    "below_interval": ("{}s in brackets: {}", "方括号内为{}：{}"),
    "errors_of": ("{}, errors {}", "{}，标准误{}"),
    # How errors are computed.
    "cr1": ("clustered by {} (CR1)", "按{}聚类（CR1）"),
    "cr3": (
        "clustered by {} (CR3, leave-one-cluster-out jackknife)",
        "按{}聚类（CR3，逐一剔除聚类的刀切法）",
    ),
    "cr2": (
        "clustered (CR2), Satterthwaite degrees of freedom", "聚类（CR2），Satterthwaite自由度",
    ),
    "driscoll_kraay": ("Driscoll-Kraay, {} lags", "Driscoll-Kraay，滞后{}期"),
    "hc1": ("heteroskedasticity-robust (HC1)", "异方差稳健（HC1）"),
    "hc3": ("heteroskedasticity-robust (HC3)", "异方差稳健（HC3）"),
    "bootstrap": ("cluster bootstrap", "聚类自助法"),
    "windmeijer": ("robust, as GMM gives them", "GMM稳健标准误"),
    "pesaran": ("Pesaran (2006), slopes free to differ", "Pesaran（2006），允许斜率异质"),
    "spatial": ("as the spatial model gives them", "空间模型标准误"),
    "clustered": ("clustered by {}", "按{}聚类"),
    "by_entity": ("entity", "个体"),
    "by_year": ("year", "年份"),
    "by_region": ("region", "地区"),
    "unnamed": ("a grouping that the result does not name", "结果未注明的分组"),
    "two_groups": (" and ", "和"),
    "robust": ("heteroskedasticity-robust", "异方差稳健"),
    "classical": ("classical (iid)", "普通（独立同分布）"),
    "own": ("as the method gives them", "由估计方法给出"),
    "star": ("{} p < {:g}", "{}表示p<{:g}"),
    "left_out": ("Rows left out: {}", "剔除的行：{}"),
    "lags": (
        "t−k: a regressor k years before the outcome", "t−k：解释变量较被解释变量早k年",
    ),
    "one_lag": (
        "Every regressor stands {} years before the outcome", "解释变量均滞后{}期",
    ),
    "one_year": ("Every regressor stands a year before the outcome", "解释变量均滞后1期"),
    "one_lead": (
        "Every regressor stands {} years after the outcome", "解释变量均提前{}期",
    ),
    "centred": (
        "Variables in products are centred on the rows used, so their own coefficients hold at "
        "the mean", "交互项中的变量已按所用样本中心化，其单独系数为均值处的斜率",
    ),
    "spatial_terms": (
        "Coefficients of a spatial model are no effects: see its direct, indirect and total ones",
        "空间模型的系数不是效应，效应见其直接、间接和总效应",
    ),
    "equality": ("p that it is the same for every {}: {}", "各{}系数相等的p值：{}"),
    "all terms": ("all terms", "全部系数"),
    "hidden": ("Not shown: {}", "未列示：{}"),
    # Descriptions of a panel.
    "variable": ("Variable", "变量"),
    "count": ("N", "观测值"),
    "mean": ("Mean", "均值"),
    "sd": ("SD", "标准差"),
    "within_sd": ("Within SD", "组内标准差"),
    "min": ("Min", "最小值"),
    "median": ("Median", "中位数"),
    "max": ("Max", "最大值"),
    "missing": ("Missing", "缺失比例"),
    "describe": ("Descriptive statistics", "描述性统计"),
    "within_note": (
        "Within SD: around the means of entities and of years, on the rows of the variable",
        "组内标准差：剔除个体和年份均值之后，按该变量的有效观测计算",
    ),
    "grid_note": (
        "Missing: share of all entities times years, of the group if any, absent rows included",
        "缺失比例：占全部（该组）个体与年份组合的比例，含不存在的行",
    ),
    "infinite": (
        "{}: {} infinite values are left out of its statistics and counted as missing",
        "{}：{}个无穷值未计入统计，按缺失计",
    ),
    "groupless": ("{} rows have no {} and stand in no group", "{}行缺少{}，未归入任何组"),
    "correlations": ("{} correlations", "{}相关系数"),
    "complete": (
        "{} of {} rows have every variable and are used; {} are left out",
        "共{1}行，其中{0}行变量齐全并被使用，{2}行被剔除",
    ),
    "correlations_within": (
        "Entity and year effects are taken out first", "已先剔除个体和年份效应",
    ),
    "constant": ("{} does not vary and has no correlation", "{}没有变化，无相关系数"),
    "balance": ("Rows by year", "各年行数"),
    "years": ("Year", "年份"),
    "present": ("With a row", "有数据的个体"),
    "absent": ("Without", "无数据的个体"),
    "row_any": ("A row counts if any variable is observed", "任一变量有值即计为一行"),
    "row_all": ("A row counts if every one of {} is observed", "{}均有值才计为一行"),
    "balanced": (
        "{} of {} {} have all {} years", "共{1}个{2}，其中{0}个拥有全部{3}年的数据",
    ),
    "gaps": ("{} have gaps between their first and last row: {}", "{}个在首末年之间有缺口：{}"),
    "rowless": ("{} have no row: {}", "{}个没有数据：{}"),
    "more": (" and {} more", "等，另有{}个"),
})  # fmt: skip


# Why rows are left out, as `analysis.models` says it, and the same in Chinese.
_REASONS = (
    (r"outcome (.+) missing", "被解释变量{}缺失"),
    (r"(?:regressor) (.+) missing (\d+) years? before", "解释变量{}（滞后{}期）缺失"),
    (r"(?:regressor) (.+) missing (\d+) years? after", "解释变量{}（提前{}期）缺失"),
    (r"(?:control) (.+) missing (\d+) years? before", "控制变量{}（滞后{}期）缺失"),
    (r"(?:control) (.+) missing (\d+) years? after", "控制变量{}（提前{}期）缺失"),
    (r"regressor (.+) missing", "解释变量{}缺失"),
    (r"control (.+) missing", "控制变量{}缺失"),
    (r"outside (\S+) to (\S+)", "年份不在{}至{}之间"),
    (r"excluded year (.+)", "剔除年份{}"),
    (r"excluded entity (.+)", "剔除个体{}"),
    (r"no first value of (.+)", "{}没有期初值"),
    (r"only row of its entity", "该个体仅此一行"),
    (r"only row of its year", "该年仅此一行"),
    (r"only row of its region in its year", "该地区当年仅此一行"),
    (r"first difference unavailable", "无法计算一阶差分"),
    (r"(.+) missing", "{}缺失"),
)


def reason(dropped: Any, language: str) -> str:  # noqa: ANN401
    """Say why rows are left out and how many; a reason without a translation stays as it is."""
    if language == "zh":
        for pattern, words in _REASONS:
            if found := re.fullmatch(pattern, dropped.reason):
                return f"{words.format(*found.groups())}{dropped.rows}行"
    return str(dropped)


def require_language(language: str) -> None:
    """Refuse a language that no table is written in."""
    require_known("language", language, LANGUAGES, "a table")


def word(key: str, language: str, *values: object) -> str:
    """Return the words behind a key, `values` put into their places."""
    return _WORDS[key][LANGUAGES.index(language)].format(*values)
