"""The shape of an effect: turning points, thresholds, timing, slow movement."""
