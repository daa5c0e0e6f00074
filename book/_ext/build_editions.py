"""Build the book in every language: the English edition and those that `_config.yml` names.

``python book/_ext/build_editions.py`` is what ``make book`` calls. Nothing is executed twice: once
the English build has run and read its chapters, the others read them from its cache, and all are
written side by side.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import yaml
from made_editions import BUILT, READ, ROOT, Edition, config, editions
from speech import catalogue

NUMBERED = {
    "figure": "Fig. %s",
    "table": "Table %s",
    "code-block": "Listing %s",
    "section": "Section %s",
}
OPTIONS = ("-n", "-W", "--keep-going", "--quiet")


def configuration(raw: dict, language: str) -> dict:
    """Return the configuration of an edition: its language, and in it what stands on every page."""
    said = catalogue(language).say
    own = {name: str(ROOT / folder) for name, folder in raw["sphinx"]["local_extensions"].items()}
    numbered = {kind: said(words) or words for kind, words in NUMBERED.items()}
    settings = {**raw["sphinx"]["config"], "language": language, "numfig_format": numbered}
    if bar := (theme := settings.get("html_theme_options", {})).get("search_bar_text"):
        settings["html_theme_options"] = {**theme, "search_bar_text": said(bar) or bar}
    sphinx = {**raw["sphinx"], "local_extensions": own, "config": settings}
    shown = {
        part: said(raw[part]) or raw[part]
        for part in ("title", "author", "copyright")
        if part in raw
    }
    return {**raw, **shown, "sphinx": sphinx}


def start(edition: Edition) -> subprocess.Popen:
    """Start the build of an edition; all but the English one say what they say when they end."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "book", *OPTIONS]
    if not edition.folder:
        return subprocess.Popen([*command, *sys.argv[1:]], cwd=ROOT)
    folder = BUILT / "editions" / edition.folder
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "_config.yml"
    made = configuration(config(), edition.language)
    settings.write_text(yaml.safe_dump(made, allow_unicode=True), "utf-8")
    own = ["--config", settings, "--path-output", folder, *sys.argv[1:]]
    with (folder / "said.txt").open("wb") as said:
        return subprocess.Popen([*command, *own], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)


def ended(edition: Edition, process: subprocess.Popen) -> int:
    """Put an edition that was built into the folder of its name beside the English pages."""
    code = process.wait()
    folder = BUILT / "editions" / edition.folder
    print((folder / "said.txt").read_text("utf-8", "replace"), file=sys.stderr, end="", flush=True)
    if code == 0:
        target = BUILT / "html" / edition.folder
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder / "_build" / "html", target)
    return code


def main() -> int:
    """Build all editions; return the code of the first that failed, or 0."""
    first, *others = editions()
    READ.unlink(missing_ok=True)
    english = start(first)
    while english.poll() is None and not READ.is_file():
        time.sleep(0.1)
    begun = [(one, start(one)) for one in others if english.poll() in (None, 0)]
    if code := english.wait():
        for _, process in begun:
            process.terminate()
        return code
    codes = [ended(one, process) for one, process in begun]
    return next(filter(None, codes), 0)


if __name__ == "__main__":
    sys.exit(main())
