"""Regressions on firms: counts with effects, owners of US firms, a reader's own panel."""
