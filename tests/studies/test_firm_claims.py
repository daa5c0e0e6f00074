from pathlib import Path

from analysis.data.files import read_yaml
from analysis.data.firm_panel import firm_fields
from analysis.studies import patient_capital
from tests.published import ledger


def test_every_claim_that_needs_a_firm_panel_has_its_fields():
    found = read_yaml(Path(patient_capital.__file__).with_name("firm_claims.yml"))
    assert set(found) == {c.id for c in ledger() if c.family == "equity-and-debt"}
    for entry in found.values():
        assert entry["regression"]
        assert {*entry["needs"], *entry["better"]} <= set(firm_fields())
