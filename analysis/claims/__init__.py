"""The claims of a study, what the figures say about them, and the verdict on each.

>>> from analysis.claims import read_study
>>> read_study("patient_capital").ledger["M16"].sign
'+'

`evaluate` puts a `Question` (a claim, a panel and the study) to the figures and gives `Evidence`
with the estimates behind it; `verdict(evidence, rules)` is one word and its reason. Reading a study
imports no numerical library, so listing its ledger is quick.

How the area is laid out
------------------------
`study`, `ledger`, `claim`, `rules` and `literature` read what is declared. `designs` turns a claim
into regressions, `evaluation` into evidence, `family` adjusts p-values, `verdicts` judges.
`curve`, `protocol` and `explore` ask what decides no verdict. `record` keeps everything in plain
values, `study_results` does so for the whole study, `archive` writes and reads it, and `drift`
compares two archives.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "archive": ["Archive", "current_archive", "open_archive", "write_archive"],
        "claim": ["Claim", "Part", "Secondary"],
        "evaluated": ["Evaluated", "Reading"],
        "evaluation": ["evaluate", "evaluate_family"],
        "evidence": ["Evidence"],
        "exhibit": ["Exhibit"],
        "family": ["discoveries"],
        "finding": ["Check", "Column", "Finding"],
        "ledger": ["Ledger", "Statement", "read_ledger"],
        "making": ["make_archive"],
        "question": ["Question"],
        "record": ["Page", "Record", "make_record"],
        "rules": ["Rules", "read_rules"],
        "study": ["Study", "read_study"],
        "study_results": ["Family", "evaluate_study"],
        "verdicts": ["Verdict", "verdict"],
        "vocabulary": ["DESIGNS", "QUOTE_LIMIT", "SIGNS", "STATUSES", "VERDICTS"],
    },
)
