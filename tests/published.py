"""The study of the book, read once for all tests."""

from functools import cache

from analysis.claims import Ledger, Study, read_study
from analysis.measures import Declarations


@cache
def published() -> Study:
    return read_study("patient_capital")


def declared() -> Declarations:
    return published().measures


def ledger() -> Ledger:
    return published().ledger
