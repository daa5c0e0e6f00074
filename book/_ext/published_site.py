"""What a published site needs beside its pages, from two settings that may be empty.

``html.baseurl`` of ``_config.yml`` is where the book will stand: with it every page names its
address, previews have a picture, and there is a map of the site. ``repository.url`` is where its
source stands: with it every page leads to its source, and a chapter with code to its notebook on
Binder (`.binder/` makes it there). Colab opens notebooks that are kept: `notebooks_branch` names
the branch where `make notebooks` was committed. Without them nothing leads anywhere dead.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

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
    editions = getattr(config, "editions", {})
    folder = next((f"{name}/" for name, said in editions.items() if said == config.language), "")
    lost, title = LOST.format(root=root + folder), "No such page"
    if folder:
        from speech import say_page  # needs the engine, which small books have not

        lost, title = say_page(app, lost), say_page(app, title)
    config.notfound_context = {"title": title, "body": lost}
    config.ogp_site_name = config.html_title
    if config.html_baseurl:
        config.ogp_site_url = config.html_baseurl
        config.ogp_image = CARD
        config.sitemap_url_scheme = "{link}"
        config.sitemap_show_lastmod = False  # the date of a commit is not that of a number
    if config.html_theme_options.get("repository_url"):
        config.html_theme_options.update(dict.fromkeys(BUTTONS, True))


def launches(source: str, branch: str, kept: str, page: str) -> dict[str, str]:
    """Return where the notebook of a page can be run, by the name of the service.

    Parameters
    ----------
    source, branch
        Where the book's source stands.
    kept
        The branch of the written notebooks, for Colab; none if empty.
    page
        The name of a chapter.

    Examples
    --------
    >>> launches("https://github.com/team/book", "main", "", "exit")
    {'Binder': 'https://mybinder.org/v2/gh/team/book/main?urlpath=lab/tree/notebooks/exit.ipynb'}
    """
    parts = urlsplit(source.removesuffix(".git").rstrip("/"))
    github = parts.netloc == "github.com"
    place = f"gh{parts.path}" if github else f"git/{quote(source, safe='')}"
    found = {"Binder": f"https://mybinder.org/v2/{place}/{branch}"
                       f"?urlpath=lab/tree/notebooks/{page}.ipynb"}  # fmt: skip
    if github and kept:
        colab = "https://colab.research.google.com/github"
        found["Colab"] = f"{colab}{parts.path}/blob/{kept}/{page}.ipynb"
    return found


def _lead_to_notebooks(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: object
) -> None:
    options = app.config.html_theme_options
    source, buttons = options.get("repository_url"), context.get("header_buttons")
    if not source or buttons is None or "kernelspec" not in app.env.metadata.get(page, {}):
        return
    branch, kept = options.get("repository_branch") or "main", app.config.notebooks_branch
    for name, address in launches(source, branch, kept, page).items():
        button = {"type": "link", "url": address, "text": name, "icon": "fas fa-rocket"}
        buttons.append(button | {"tooltip": f"Run this chapter on {name}"})


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
    app.add_config_value("notebooks_branch", "", "html", types=(str,))
    app.connect("config-inited", _settle)
    app.connect("html-page-context", _lead_to_notebooks, priority=900)
    app.connect("build-finished", _draw_card)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
