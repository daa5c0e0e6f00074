"""From a printed number to the figures behind it: trace pages, pages of series, data packages."""
