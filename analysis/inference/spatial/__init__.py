"""Neighbours: the spatial Durbin panel and its effects."""
