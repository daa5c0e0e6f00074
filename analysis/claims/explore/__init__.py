"""Exploratory questions to a claim: they inform a reader and decide no verdict."""
