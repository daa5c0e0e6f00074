"""Studies: each folder holds a ledger, its rules and measures, and the pages about its claims."""
