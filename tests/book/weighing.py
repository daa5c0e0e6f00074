"""What a page loads and when its largest part is painted, in a browser that forgets everything."""

import functools
import gzip
import json
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from chromium import Quiet, chromium
from chromium import served as serving
from selenium.webdriver.support.ui import WebDriverWait

PACKED = {".css", ".html", ".js", ".json", ".svg"}  # what a site compresses on its way
PHONE = {"width": 412, "height": 823, "deviceScaleFactor": 1.75, "mobile": True}
# Lighthouse's "slow 4G", and a processor four times slower.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8,
        "uploadThroughput": 750e3 / 8}  # fmt: skip
SLOWER = 4
WATCH = """
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.largest = [one.startTime, one.element?.tagName];
}).observe({type: "largest-contentful-paint", buffered: true});
"""
SETTLED = """
const done = arguments[arguments.length - 1];
const still = () => document.fonts.ready.then(() => setTimeout(() => done(true), 300));
const typeset = window.MathJax?.startup?.promise;
typeset ? typeset.then(still) : still();
"""


@functools.cache
def packed(path: Path) -> bytes:
    """Return a file as it travels."""
    return gzip.compress(path.read_bytes(), 6) if path.suffix in PACKED else path.read_bytes()


class Packing(Quiet):
    """Serves a folder as the usual hosts do: text compressed."""

    def do_GET(self):  # noqa: N802
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = packed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        if path.suffix in PACKED:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)


def served(folder: Path):
    """Serve a folder as the usual hosts do."""
    return serving(folder, Packing)


@contextmanager
def browsing(driver: Path, slow: bool = False):
    """Open a phone's browser, on a slow line and a slow processor where asked."""
    with chromium(driver, {"performance": "ALL"}) as browser:
        browser.set_script_timeout(120)
        tell = browser.execute_cdp_cmd
        tell("Emulation.setDeviceMetricsOverride", PHONE)
        tell("Network.enable", {})
        tell("Network.setCacheDisabled", {"cacheDisabled": True})
        tell("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        if slow:
            tell("Network.emulateNetworkConditions", SLOW)
            tell("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        yield browser


def open_settled(browser, url: str) -> None:
    """Open a page and wait until formulas and letters are there."""
    browser.get(url)
    WebDriverWait(browser, 120).until(
        lambda d: d.execute_script("return document.readyState") == "complete"
    )
    browser.execute_async_script(SETTLED)


def loaded(browser, site: str, folder: Path, page: str) -> dict[str, int]:
    """Return the bytes of every file a page loads, as they travel, by name."""
    browser.get_log("performance")
    open_settled(browser, f"{site}/{page}.html")
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = {event["params"]["request"]["url"] for event in events
            if event["method"] == "Network.requestWillBeSent"}  # fmt: skip
    names = sorted({unquote(urlsplit(url).path)[1:] for url in urls if url.startswith(site)})
    return {name: len(packed(folder / name)) for name in names if (folder / name).is_file()}


def largest_paint(browser, site: str, page: str) -> tuple[float, str]:
    """Return seconds until the largest part of a page was painted, and which element it is."""
    open_settled(browser, f"{site}/{page}.html")
    milliseconds, tag = browser.execute_script("return window.largest") or (float("nan"), "")
    return milliseconds / 1000, (tag or "").lower()
