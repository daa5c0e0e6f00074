"""Chromium without a window, and a folder served to it on this machine alone."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from selenium import webdriver

__all__ = ["Quiet", "chromium", "served"]

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-sync", "--disable-background-networking", "--disable-component-update",
    "--hide-scrollbars",
)  # fmt: skip


class Quiet(SimpleHTTPRequestHandler):
    """Serve a folder and say nothing."""

    def log_message(self, *_args: object) -> None:
        """Keep still."""


@contextmanager
def served(folder: Path, by: type[SimpleHTTPRequestHandler] = Quiet) -> Iterator[str]:
    """Serve a folder and give its address, since a file may not load the letters beside it."""
    handler = functools.partial(by, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@contextmanager
def chromium(
    driver: str | Path,
    logs: Mapping[str, str] | None = None,
    preferences: Mapping[str, object] | None = None,
) -> Iterator[webdriver.Chrome]:
    """Open the browser that a driver drives.

    Parameters
    ----------
    driver
        Where the driver lies.
    logs
        What is to be kept, by kind: ``{"performance": "ALL"}``.
    preferences
        Of the browser, such as whether scripts run.
    """
    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    if logs:
        options.set_capability("goog:loggingPrefs", dict(logs))
    if preferences:
        options.add_experimental_option("prefs", dict(preferences))
    browser = webdriver.Chrome(options, webdriver.ChromeService(executable_path=str(driver)))
    try:
        yield browser
    finally:
        browser.quit()
