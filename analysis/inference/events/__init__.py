"""Policies with a date: cohorts, pre-trends, randomisation."""
