"""Tables for journals: models side by side, descriptions of a panel, five formats of a file.

A table is arranged as a `Grid` and written by `formats` (HTML, LaTeX, Markdown, CSV) and `word`
(docx). `read` and `elsewhere` say what a column needs of a result, own or of another library.
"""
