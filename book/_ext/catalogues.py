"""Bring the catalogues of the pages in step with the pages: `make words`.

What a page says is extracted by Sphinx; alternative texts and the lines of folds, which Sphinx does
not extract, are added. Translations are kept, what is new comes without one, what is gone goes.
Chapters are read from the cache that `make book` filled.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from edition import spoken
from speech import ROOT, SOURCE, catalogue

CELL = re.compile(r"^```\{code-cell\}[^\n]*\n---\n(.*?)\n---\n", re.M | re.S)
EXERCISE = re.compile(r"^:*`*\{exercise-start\} *(\S.*?) *$", re.M)
FOLD = re.compile(r"<summary>(.*?)</summary>", re.S)
WIDTH = 100
MEASURED = re.compile(r"^\d[\d,.]* (?:s|MB)$|take about \d|on \d+ processors")


def further(text: str) -> Iterator[str]:
    r"""Yield what a page says beside what Sphinx extracts.

    Examples
    --------
    >>> list(further("<details><summary>More\\n of it</summary></details>"))
    ['More of it']
    """
    yield from EXERCISE.findall(text)
    for words in FOLD.findall(text):
        yield " ".join(words.split())
    for head in CELL.findall(text):
        settings = (yaml.safe_load(head) or {}).get("mystnb") or {}
        for part, key in (("image", "alt"), ("figure", "caption")):
            if words := (settings.get(part) or {}).get(key):
                yield " ".join(str(words).split())


def extract(folder: Path) -> dict[str, Catalog]:
    """Return the messages of every page, by its name."""
    shutil.rmtree(folder, ignore_errors=True)
    program = Path(sys.executable).with_name("jupyter-book")
    options = ["--builder", "custom", "--custom-builder", "gettext", "--path-output", folder]
    subprocess.run([program, "build", "book", "--quiet", *options], cwd=ROOT, check=True)
    found = {}
    made = folder / "_build" / "gettext"
    for path in sorted(made.rglob("*.pot")):
        name = path.relative_to(made).with_suffix("").as_posix()
        with path.open("rb") as stream:
            found[name] = read_po(stream)
        if (page := ROOT / "book" / f"{name}.md").is_file():
            for words in further(page.read_text(encoding="utf-8")):
                found[name].add(words)
    return found


def written(template: Catalog, text: str) -> Catalog:
    """Return the messages that stand in a page itself, without those it takes from elsewhere."""
    bare, made = " ".join(text.split()), Catalog()
    for one in template:
        if one.id and " ".join(one.id.split()) in bare:
            made.add(one.id)
    return made


def renewed(kept: Path, template: Catalog, language: str) -> Catalog:
    """Return a catalogue with the messages of a template and the translations that were kept."""
    known = {}
    if kept.is_file():
        with kept.open("rb") as stream:
            known = {one.id: one.string for one in read_po(stream) if one.id}
    made = Catalog(locale=language, fuzzy=False, charset="utf-8")
    for one in template:
        # What is measured as a page is built differs every time; the program has messages for it.
        if one.id and not (MEASURED.search(one.id) and catalogue(language).say(one.id)):
            made.add(one.id, known.get(one.id) or ("" if spoken(one.id) else one.id))
    return made


def main() -> None:
    """Renew the catalogues of all languages that have some, published or not."""
    templates = extract(ROOT / "_build" / "words")
    for language in sorted(folder.name for folder in SOURCE.iterdir()):
        for name, template in templates.items():
            if name.startswith("api/"):  # docstrings stay English
                template = written(template, (ROOT / "book" / f"{name}.md").read_text("utf-8"))
            path = SOURCE / language / "LC_MESSAGES" / f"{name}.po"
            made = renewed(path, template, language)
            missing = [one.id for one in made if one.id and not one.string]
            print(f"{language} {name}: {len(made)} messages, {len(missing)} without translation")
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as stream:
                write_po(stream, made, width=WIDTH, omit_header=True)


if __name__ == "__main__":
    main()
