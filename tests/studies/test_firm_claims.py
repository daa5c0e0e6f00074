from pathlib import Path

from analysis.data.files import read_yaml
from analysis.data.firm_panel import firm_fields
from analysis.studies import patient_capital
from tests.published import ledger

# Claims of the chapter on firms that wait for figures outside the panel: holders by kind, market
# values, services of a bank, credit of start-ups, dates of pilots, suppliers.
OTHER_FIGURES = {"M57", "M85", "M96", "M99", "M100", "M101"}


def test_every_claim_that_needs_the_firm_panel_has_its_fields():
    found = read_yaml(Path(patient_capital.__file__).with_name("firm_claims.yml"))
    family = {c.id for c in ledger() if c.family == "equity-and-debt"}
    assert set(found) == family - OTHER_FIGURES
    assert family > OTHER_FIGURES
    for entry in found.values():
        assert entry["regression"]
        assert {*entry["needs"], *entry["better"]} <= set(firm_fields())
