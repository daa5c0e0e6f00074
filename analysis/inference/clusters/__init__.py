"""Few clusters: other errors, the bootstrap, leverage, many tests at once, equivalence."""
