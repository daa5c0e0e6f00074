"""Cross-section dependence, unit roots, common factors, random effects."""
