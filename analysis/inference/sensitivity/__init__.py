"""Channels, instruments, omitted variables, counts."""
