"""Lagged outcomes and feedback in short panels."""
