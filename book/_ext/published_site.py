"""What a published site needs beside its pages, from two settings that may be empty.

``html.baseurl`` of ``_config.yml`` is where the book will stand: with it every page names its
address, previews have a picture, and there is a map of the site. ``repository.url`` is where its
source stands: with it every page leads to its source. Without them nothing leads anywhere dead.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

    from analysis.display.drawing import Picture

CARD = "_static/card.png"
BUTTONS = ("use_repository_button", "use_edit_page_button", "use_issues_button")
LOST = """<h1>No such page</h1>
<p>The address is wrong, or the page has moved. Start from the
<a href="{root}intro.html">first page</a>, the <a href="{root}ledger.html">ledger of claims</a> or
the <a href="{root}search.html">search</a>.</p>"""


def _settle(app: Sphinx, config: Config) -> None:
    root = urlsplit(config.html_baseurl).path.rstrip("/") + "/"
    config.notfound_urls_prefix = root
    config.notfound_context = {"title": "No such page", "body": LOST.format(root=root)}
    config.ogp_site_name = config.html_title
    if config.html_baseurl:
        config.ogp_site_url = config.html_baseurl
        config.ogp_image = CARD
        config.sitemap_url_scheme = "{link}"
        config.sitemap_show_lastmod = False  # the date of a commit is not that of a number
    if config.html_theme_options.get("repository_url"):
        config.html_theme_options.update(dict.fromkeys(BUTTONS, True))


def _draw_card(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.name != "html" or not app.config.studies:
        return
    from analysis.display.card import card  # the pictures' library is slow to load

    save_card(card(app.config.html_title, app.config.studies[0]), Path(app.outdir, CARD))


def save_card(drawn: Picture, path: Path) -> None:
    """Write the picture at the size it was drawn in; figures of pages are cut to their content."""
    from matplotlib import rc_context

    with rc_context({"savefig.bbox": None}):
        drawn.figure.savefig(path, dpi=100)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx, and with it what a site with an address needs."""
    app.setup_extension("sphinxext.opengraph")
    if app.config.studies:  # the theme cannot lay it out in a book of one page
        app.setup_extension("notfound.extension")
    if app.config.html_baseurl:
        app.setup_extension("sphinx_sitemap")
    app.connect("config-inited", _settle)
    app.connect("build-finished", _draw_card)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
