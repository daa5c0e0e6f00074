"""How often the verdicts err: the whole ledger put to simulated panels, and what comes out."""
