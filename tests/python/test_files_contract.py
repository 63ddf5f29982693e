"""The source `files`: every declared table has a template with its columns, the templates together are a company, and the page is current."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import company
import files_contract
import pytest
import yaml
from conftest import ROOT, WHOLE, Build

TEMPLATES = ROOT / "templates"
(SOURCE,) = yaml.safe_load(files_contract.DECLARATIONS.read_text(encoding="utf-8"))["sources"]
TABLES = {table["name"]: [column["name"] for column in table["columns"]] for table in SOURCE["tables"]}


def rows(name: str) -> list[list[str]]:
    with (TEMPLATES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_every_declared_table_has_a_template_and_every_template_its_table():
    assert {path.name for path in TEMPLATES.iterdir()} == {f"{name}.csv" for name in TABLES}


@pytest.mark.parametrize("name", TABLES)
def test_a_template_has_exactly_the_declared_columns_and_some_rows(name):
    header, *examples = rows(name)
    assert header == TABLES[name]
    assert len(examples) >= 2
    assert {len(row) for row in examples} == {len(header)}


@pytest.fixture(scope="module")
def landing(tmp_path_factory) -> Path:
    """The templates, as they are."""
    folder: Path = tmp_path_factory.mktemp("templates")
    (folder / "files").symlink_to(TEMPLATES)
    return folder


@pytest.fixture(scope="module")
def built(dbt, landing) -> Build:
    build = dbt(*WHOLE, raw=landing, SOURCES="files")
    assert build.code == 0, build.output[-5000:]
    return build


def test_staging_accepts_every_row_of_the_templates(built):
    assert built.warehouse("select raw_table, reject_reason, raw_record from quality.rejects") == []
    counted = built.warehouse("select raw_table, accepted_rows from quality.staging_counts")
    assert dict(counted) == {name: len(rows(name)) - 1 for name in TABLES}


def test_the_templates_are_one_company_and_it_is_published(built):
    assert (
        built.warehouse("select anchor_id from core.dim_customers where is_unmatched and anchor_id <> '(none)'") == []
    )
    assert built.status["state"] == "published"


def test_a_look_before_the_build_says_which_kpis_the_files_can_feed(dbt, landing, built):
    look = dbt("--quiet", "run-operation", "check_raw", raw=landing, SOURCES="files")
    assert look.code == 0, look.output
    said = dict(
        re.findall(r"^  (\w+) +(yes|no: .*)$", look.output.partition("KPIs that this can feed")[2], re.MULTILINE)
    )
    available = {kpi for (kpi,) in built.published("select kpi_id from kpi_catalog where availability = 'available'")}
    assert said.keys() == {kpi for (kpi,) in built.published("select kpi_id from kpi_catalog")}
    # What has rows could be fed; a file without a single fitting row feeds nothing.
    assert {kpi: said[kpi] for kpi in available if said[kpi] != "yes"} == {}
    of_ravenstack = dbt("--quiet", "run-operation", "check_raw", raw=company.RAW)
    assert re.search(r"customer_renewal_rate +no: nothing feeds contracts or invoice_lines", of_ravenstack.output)


def test_the_page_says_what_is_declared():
    page = files_contract.PAGE.read_text(encoding="utf-8")
    assert files_contract.page_with(files_contract.contract(), page) == page, "make contract writes it anew"
