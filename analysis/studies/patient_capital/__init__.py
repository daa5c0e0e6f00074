"""Patient capital, industrial finance, new quality productive forces: a paper put to figures."""
