"""Many regressions at once: curves, grids and replications on any number of processes."""
