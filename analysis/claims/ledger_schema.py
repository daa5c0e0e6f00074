"""The form of a ledger as JSON schema, so that an editor can complete and check one.

The first line of a ledger of your own then is, with the way to the file from there,

    # yaml-language-server: $schema=.../analysis/claims/ledger.schema.json
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from analysis.claims.claim import Claim, Part, Secondary
from analysis.claims.ledger import KINDS, Statement
from analysis.claims.vocabulary import (
    DESIGNS,
    QUOTE_LIMIT,
    REQUIRED,
    SETUPS,
    SIGNS,
    STATUSES,
    UNIT,
    WORD,
)

__all__ = ["SCHEMA", "ledger_schema"]

SCHEMA = Path(__file__).with_name("ledger.schema.json")
_TEXT = {"type": "string", "minLength": 1}
_NAMES = {"type": "array", "items": {"type": "string"}}
_SIGN = {"enum": list(SIGNS)}
_YEAR = {"type": ["integer", "null"]}


def ledger_schema() -> dict[str, Any]:
    """Return the schema, made of what the reader of ledgers knows.

    Examples
    --------
    >>> ledger_schema()["properties"]["claims"]["items"]["properties"]["sign"]["enum"]
    ['+', '-', '±', '0']
    """
    claim = _claim()
    test = {"allOf": [{"required": ["dataset"]}], "type": "object",
            "properties": claim["properties"], "additionalProperties": False}  # fmt: skip
    claim["properties"] = {**claim["properties"], "tests": {"type": "array", "items": test}}
    statement = _object({f.name: _TEXT for f in fields(Statement)})
    statement["properties"]["kind"] = {"enum": list(KINDS)}
    statement["properties"]["quote"] = {"type": "string", "maxLength": QUOTE_LIMIT}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A ledger of claims",
        "type": "object",
        "required": ["claims"],
        "properties": {
            "source": {"type": "object"},
            "protocol": {"type": "object"},
            "claims": {"type": "array", "items": claim},
            "not_tested": {"type": "array", "items": statement},
        },
    }


def _claim() -> dict[str, Any]:
    properties: dict[str, Any] = {f.name: _TEXT for f in fields(Claim) if f.name != "tests"}
    properties |= {
        "id": {"type": "string", "pattern": f"^{WORD}$"},
        "quote": {"type": "string", "minLength": 1, "maxLength": QUOTE_LIMIT},
        "outcome": {"type": ["string", "null"]},
        "regressors": _NAMES,
        "sign": _SIGN,
        "unit": {"type": "string", "pattern": f"^{UNIT}$"},
        "status": {"enum": list(STATUSES)},
        "design": {"enum": list(DESIGNS)},
        "specification": _specification(),
        "setup": _object({key: {} for keys in SETUPS.values() for key in keys}, ()),
        "parts": {"type": "array", "items": _part()},
        "secondary": _object({f.name: _NAMES for f in fields(Secondary)}, ()),
        "curve": {"type": "object"},
    }
    return _object(properties, REQUIRED)


def _part() -> dict[str, Any]:
    found = {f.name: _TEXT for f in fields(Part)}
    return _object({**found, "sign": _SIGN}, ("focal", "sign"))


def _specification() -> dict[str, Any]:
    from analysis.models import EFFECTS, Sample, Specification  # heavy; only this needs them

    sample = {f.name: {} for f in fields(Sample)}
    sample |= {"first_year": _YEAR, "last_year": _YEAR}
    pair = {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}
    properties: dict[str, Any] = {
        f.name: _TEXT for f in fields(Specification) if f.name not in ("outcome", "regressors")
    }
    properties |= {
        "interactions": {"type": "array", "items": pair},
        "lag": {"type": "integer"},
        "lags": {"type": "object", "additionalProperties": {"type": "integer"}},
        "controls": _NAMES,
        "initial": _NAMES,
        "effects": {"enum": list(EFFECTS)},
        "sample": _object(sample, ()),
    }
    return _object(properties, ())


def _object(properties: dict[str, Any], required: tuple[str, ...] | None = None) -> dict[str, Any]:
    needed = list(properties if required is None else required)
    return {"type": "object", "required": needed, "properties": properties,
            "additionalProperties": False}  # fmt: skip
