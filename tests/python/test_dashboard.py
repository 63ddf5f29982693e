"""The dashboard in a real browser: it draws without an error or a request, finds customers, and treats names as text."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import dashboard
import duckdb
import pytest
from conftest import Build

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
HOSTILE = (
    '<img src=x onerror="window.hacked=1">',
    "</script><script>window.hacked=2</script>",
    "<!--<script>",
    "${window.hacked=3}",
    "Zoë & \u2028 Søn \"quoted\" 'single' \\u003c",
    "=cmd|' /C calc'!A0",
)
# Runs before and after the page's own scripts; what it finds becomes the title.
WATCH = """<script>window.found = { errors: [] };
addEventListener('error', (e) => found.errors.push(String(e.message)));
addEventListener('unhandledrejection', (e) => found.errors.push(String(e.reason)));
document.addEventListener('securitypolicyviolation', (e) => found.errors.push('refused ' + e.violatedDirective + ' ' + e.blockedURI));
</script>"""
DRIVE = """<script type="module">
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const cells = (table) => [...document.querySelectorAll(`#${table} tbody tr:not(.theme-row)`)].map((row) => row.cells[0].firstChild.textContent);
const type = (id, text) => { const field = document.getElementById(id); field.value = text; field.dispatchEvent(new Event('input')); };
found.ready = document.documentElement.dataset.ready;
found.articles = document.querySelectorAll('article.kpi').length;
found.scores = cells('scores').length;
found.customers = cells('customer-list');
type('find-customer', 'onerror');
found.search = cells('customer-list');
type('find-customer', 'nobody is called that');
found.nobody = cells('customer-list').length;
type('find-customer', '');
type('find-kpi', 'mrr');
found.mrr = cells('scores');
type('find-kpi', '');
type('pick-state', 'none');
found.valueless = [...document.querySelectorAll('#scores tbody tr:not(.theme-row)')].map((row) => row.cells[1].textContent);
document.querySelector('#customer-list button').click();
found.opened = document.getElementById('customer').open && document.getElementById('customer-name').textContent;
await pause(300);
found.charts = document.querySelectorAll('#customer svg.marks').length;
document.getElementById('customer').close();
document.getElementById('kpi-mrr_movements').scrollIntoView({ behavior: 'instant' });
await pause(1500);
found.trends = document.querySelectorAll('#kpi-mrr_movements svg.marks').length;
found.overflow = document.documentElement.scrollWidth > document.documentElement.clientWidth;
found.hacked = window.hacked ?? null;
document.title = JSON.stringify(found);
</script>"""


@pytest.fixture(scope="module")
def published(published_company: Build, tmp_path_factory) -> Path:
    """The company of eight, some of which have names that would break a careless page."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copy(published_company.published_file, folder)
    with duckdb.connect(str(folder / "customer_success.duckdb")) as file:
        customers = file.execute(
            "select customer_id from customer_360 where month_start = (select max(month_start) from customer_360) order by 1"
        ).fetchall()
        assert len(customers) >= len(HOSTILE)
        for (customer_id,), name in zip(customers, HOSTILE, strict=False):
            file.execute(
                "update customer_360 set name = ?, plan_id = ? where customer_id = ?", [name, name, customer_id]
            )
        file.execute(
            "update kpi_values set segment = ? where segment_type = 'plan' and segment = 'Basic'", [HOSTILE[0]]
        )
    return folder


@pytest.fixture(scope="module")
def page(published, tmp_path_factory) -> str:
    out = tmp_path_factory.mktemp("dashboard") / "dashboard.html"
    assert dashboard.main(["--published", str(published), "--out", str(out)]) == 0
    return out.read_text(encoding="utf-8")


def in_browser(page: str, folder: Path, width: int) -> dict:
    if not CHROMIUM:
        assert not os.environ.get("CI"), "CI installs chromium"
        pytest.skip("chromium is not installed")
    end = page.rindex("</body>")
    html = page[:end] + DRIVE + page[end:]
    html = html.replace('<script type="application/json"', WATCH + '<script type="application/json"', 1)
    driven = folder / f"driven_{width}.html"
    driven.write_text(html, encoding="utf-8")
    flags = [
        *FLAGS,
        f"--user-data-dir={folder / f'profile_{width}'}",
        f"--window-size={width},900",
        "--virtual-time-budget=20000",
    ]
    done = subprocess.run(
        [CHROMIUM, *flags, "--dump-dom", driven.as_uri()], capture_output=True, text=True, timeout=240, check=True
    )
    title = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)[1]
    unescaped = title.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u00a0").replace("&amp;", "&")
    assert unescaped.startswith("{"), f"the page did not come to its end: {title}"
    return json.loads(unescaped)


@pytest.fixture(scope="module", params=[1400, 390], ids=["desk", "phone"])
def seen(request, page, tmp_path_factory) -> dict:
    return in_browser(page, tmp_path_factory.mktemp("browser"), request.param)


def test_it_draws_without_an_error_and_asks_for_nothing(seen):
    assert seen["errors"] == []
    assert seen["ready"] == "true"


def test_every_kpi_has_a_row_and_a_section(seen, published):
    with duckdb.connect(str(published / "customer_success.duckdb"), read_only=True) as file:
        (count,) = file.execute("select count(*) from kpi_catalog").fetchone()
    assert (seen["articles"], seen["scores"]) == (count, count)


def test_charts_are_drawn_when_they_come_into_view(seen):
    assert seen["charts"] >= 1
    assert seen["trends"] == 2


def test_names_are_shown_as_they_are_and_run_nothing(seen):
    assert seen["hacked"] is None
    assert set(HOSTILE) <= set(seen["customers"])
    assert seen["opened"] in seen["customers"]


def test_search_finds_customers_and_kpis(seen):
    assert seen["search"] == [name for name in seen["search"] if "onerror" in name]
    assert len(seen["search"]) == 1
    assert seen["nobody"] == 0
    assert 0 < len(seen["mrr"]) < seen["scores"]
    assert set(seen["valueless"]) == {"\u2013"}


def test_the_page_is_no_wider_than_the_screen(seen):
    assert seen["overflow"] is False


def test_no_customer_can_end_the_element_that_the_data_lies_in(page):
    start = page.index('<script type="application/json" id="data">')
    embedded = page[start + len('<script type="application/json" id="data">') : page.index("</script>", start)]
    assert "<" not in embedded
    names = json.loads(embedded)["customers"]["columns"]["name"]
    assert set(HOSTILE) <= set(names)


def test_what_is_not_published_is_named(tmp_path):
    with pytest.raises(SystemExit, match="make build first"):
        dashboard.main(["--published", str(tmp_path)])
