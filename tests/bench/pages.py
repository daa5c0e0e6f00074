"""Weight and largest paint of every chapter, as a phone on a slow line meets the built book.

The table is kept in `pages.csv` beside this file: kilobytes as they travel, requests, and
seconds of one opening. What a page weighs does not depend on the machine and is tested; what it
takes does, and is not.
"""

import csv
import shutil
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests" / "book"), str(ROOT / "book" / "_ext")]
from prose import chapter_files, page_of  # noqa: E402
from weighing import browsing, largest_paint, loaded, served  # noqa: E402

HTML = ROOT / "_build" / "html"
TABLE = HERE / "pages.csv"
BESIDE = ("trace/m30", "data/cities/index", "search")  # one of each kind beside the chapters


def names():
    return [*map(page_of, chapter_files()), *BESIDE]


def measured():
    driver = shutil.which("chromedriver")
    if not driver or not (HTML / "intro.html").exists():
        sys.exit("Pages are measured in the built book with Chromium and its driver: `make book`.")
    weights, rows = {}, []
    with served(HTML) as site:
        with browsing(driver) as browser:
            for page in names():
                weights[page] = loaded(browser, site, HTML, page)
        with browsing(driver, slow=True) as browser:
            for page, files in weights.items():
                took, part = largest_paint(browser, site, page)
                rows.append({
                    "date": date.today().isoformat(), "page": page,
                    "kilobytes": round(sum(files.values()) / 1000), "requests": len(files),
                    "largest_paint_s": round(took, 2), "largest_part": part,
                })  # fmt: skip
    return rows


def pages():
    rows = measured()
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        note = (
            f"{row['kilobytes']} kB in {row['requests']} requests, largest: {row['largest_part']}"
        )
        yield {"what": row["page"], "seconds": row["largest_paint_s"], "note": note}
