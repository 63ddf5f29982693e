"""Great Expectations' Data Docs of the gates' suites: every suite has its page, with its reasons, and a failure is seen."""

from __future__ import annotations

import re
import shutil

import data_docs
import duckdb
import pytest
from conftest import Build


@pytest.fixture(scope="module")
def pages(published_company: Build, tmp_path_factory):
    """(how many suites fail, the folder of pages) of the company, whose last months are lost the second time."""
    folder = tmp_path_factory.mktemp("data_docs")
    warehouse = shutil.copytree(published_company.warehouse_file.parent, folder / "warehouse")
    with duckdb.connect(str(warehouse / published_company.warehouse_file.name)) as session:
        assert data_docs.write(session, folder / "whole") == 0
        session.execute("update core.dim_months set next_month_start = date '2020-01-01'")
        failed = data_docs.write(session, folder / "broken")
    return failed, folder


def test_every_suite_of_an_enabled_source_has_its_page(pages):
    _, folder = pages
    index = (folder / "whole" / "index.html").read_text("utf-8")
    for suite in ("fct_customer_months", "kpi_values", "staging_counts", "raw_counts", "dim_months"):
        assert suite in index
    assert "stg_stripe__invoice_lines" not in index, "a source that is off"


def test_a_page_says_what_a_rule_is_for(pages):
    _, folder = pages
    (page,) = (folder / "whole" / "expectations").rglob("dim_months.html")
    text = page.read_text("utf-8")
    assert "months_reach_as_of" in text and "leaves no month of today" in text


def test_a_suite_that_fails_is_counted_and_marked(pages):
    failed, folder = pages
    assert failed == 1
    (page,) = [path for path in (folder / "broken" / "validations").rglob("*.html") if "dim_months" in str(path)]
    assert re.search(r"Status:</span>\s*<i[^>]*></i>\s*Failed", page.read_text("utf-8"))
