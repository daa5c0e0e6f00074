"""From a reader's own spreadsheet to a data set, its evaluation and a report.

``table`` reads a file, ``cells`` its numbers, ``proposal`` says which column is which series,
``convert`` makes a data set of both, ``write`` puts it on disk whole or not at all, ``study`` finds
what of a study can be asked of it, ``report`` shows the answers, ``chapters`` writes a book of them
and ``building`` builds it; its words lie in ``templates``.
"""
