"""Build the editions of the book that `_config.yml` names beside the English one.

``python book/_ext/build_editions.py`` is called by ``make book`` once the English edition stands.
Nothing is executed again: chapters are read from the cache that the first build filled.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from made_editions import BUILT, ROOT, Edition, config, editions
from speech import catalogue

NUMBERED = {
    "figure": "Fig. %s",
    "table": "Table %s",
    "code-block": "Listing %s",
    "section": "Section %s",
}


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


def build(edition: Edition) -> int:
    """Build one edition and put it into the folder of its name beside the English pages."""
    folder = BUILT / "editions" / edition.folder
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "_config.yml"
    made = configuration(config(), edition.language)
    settings.write_text(yaml.safe_dump(made, allow_unicode=True), "utf-8")
    program = Path(sys.executable).with_name("jupyter-book")
    options = ["-n", "-W", "--keep-going", "--quiet", *sys.argv[1:]]
    command = [program, "build", "book", "--config", settings, "--path-output", folder, *options]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code == 0:
        target = BUILT / "html" / edition.folder
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder / "_build" / "html", target)
    return code


def main() -> int:
    """Build all editions; the first that fails ends it."""
    return next((code for one in editions() if one.folder and (code := build(one))), 0)


if __name__ == "__main__":
    sys.exit(main())
