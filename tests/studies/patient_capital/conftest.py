from functools import cache
from importlib import import_module

import pytest

from analysis.claims import Question
from analysis.claims.evaluation import evaluate_family
from analysis.claims.study_results import Family


@pytest.fixture(scope="session")
def explored(study):
    """Claims of a family with few draws, and what its chapter explores besides them."""

    @cache
    def made(name):
        claims = {}
        datasets = dict.fromkeys(map(study.dataset_of, study.runs(family=name)))
        for dataset in filter(None, datasets):  # claims on firms are put to none
            panel = study.panel(dataset)
            asked = [Question(r, panel, study) for r in study.runs(family=name, dataset=dataset)]
            for one in evaluate_family(asked, draws=99):
                claims.setdefault(one.claim.id, one)
        family = Family(name, study, claims)
        module = study.chapters[name]["module"]
        pages = import_module(f"analysis.studies.{study.name}.pages.{module}")
        return family, pages.explore(family)

    return made
