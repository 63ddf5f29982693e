"""scripts/new_kpi.py starts a KPI in a copy of the project and refuses what is there already."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import company
import dashboard
import dbt_process
import duckdb
import handbook
import new_kpi
import pytest
import yaml
from conftest import ROOT, WHOLE

ARGUMENTS = ["tickets_on_sunday", "--theme", "support", "--unit", "count", "--direction", "down"]


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    shutil.copy(ROOT / "dbt_project.yml", tmp_path)
    (tmp_path / "models" / "marts" / "support").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_two_files_and_one_line(project):
    before = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
    new_kpi.main(ARGUMENTS)
    after = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
    assert after["vars"]["kpis"] == [*before["vars"]["kpis"], "tickets_on_sunday"]
    after["vars"]["kpis"].pop()
    assert after == before
    folder = project / "models" / "marts" / "support"
    assert "kpi_rows('tickets_on_sunday')" in (folder / "kpi_tickets_on_sunday.sql").read_text(encoding="utf-8")
    text = (folder / "kpi_tickets_on_sunday.yml").read_text(encoding="utf-8")
    (model,) = yaml.safe_load(text)["models"]
    assert model["name"] == "kpi_tickets_on_sunday"
    assert model["config"]["meta"]["kpi"]["direction"] == "down"


def test_the_same_columns_as_the_project_s_own_kpis(project):
    new_kpi.main(ARGUMENTS)
    (started,) = yaml.safe_load(
        (project / "models/marts/support/kpi_tickets_on_sunday.yml").read_text(encoding="utf-8")
    )["models"]
    path = ROOT / "models/marts/revenue/kpi_average_revenue_per_account.yml"
    (own,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    columns = [(column["name"], column["data_type"]) for column in started["columns"]]
    assert columns == [(column["name"], column["data_type"]) for column in own["columns"]][: len(columns)]
    assert set(started["config"]["meta"]["kpi"]) == set(own["config"]["meta"]["kpi"])


def test_what_exists_is_left_alone(project):
    new_kpi.main(ARGUMENTS)
    listed = (project / "dbt_project.yml").read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match="exists already"):
        new_kpi.main(ARGUMENTS)
    assert (project / "dbt_project.yml").read_text(encoding="utf-8") == listed


@pytest.mark.parametrize("name", ["QuickRatio", "quick-ratio", "1st", "quick__ratio", "../evil"])
def test_an_id_is_lower_case_words(project, name):
    with pytest.raises(SystemExit):
        new_kpi.main([name, *ARGUMENTS[1:]])
    assert list((project / "models" / "marts" / "support").iterdir()) == []


# From the two files to what people see, with no other edit.

FILLED_SQL = {
    "<One row per unit: what its rows are, and why.>": "One row per customer of the spine.",
    "<numerator>": "case when movement = 'none' then 1 else 0 end",
    "<denominator>": "1",
}
FILLED_YML = {
    "<What it means in plain words: what counts, what is left out, and a worked example with its answer.>": (
        "Share of the customers whose MRR did not move in the month, those that left included. "
        "Example: of two customers one did not move: 1 / 2 = .50."
    ),
    "<Name>": "Unmoved customers",
    "<retention, expansion, adoption, advocacy or efficiency>": "retention",
    "<leading or lagging>": "lagging",
    "<role>": "head_of_customer_success",
    "{rule: none}": "{rule: threshold, good_at: 0.50, bad_at: 0.25}",
    "<playbook>": "ask_why",
    "<What to do when it is bad.>": "Ask why nobody stays as they are.",
    "<YYYY-MM-DD>": "2026-11-28",
    "<What it counts.>": "Customers.",
    "<Which units.>": "Customers.",
    "<a_business_sentence_that_is_true>": "one_of_two_customers_did_not_move",
    "{customer_id: A, month_start: 2026-02-01}": "{customer_id: A, month_start: 2026-02-01, movement: none}\n          - {customer_id: B, month_start: 2026-02-01, movement: churn}",
    "{customer_id: A, month_start: 2026-02-01, segment_type: all, segment: all}": (
        "{customer_id: A, month_start: 2026-02-01, segment_type: all, segment: all}\n"
        "          - {customer_id: B, month_start: 2026-02-01, segment_type: all, segment: all}"
    ),
    "numerator: <worked>, denominator: <by hand>, value: <here>": "numerator: 1, denominator: 2, value: 0.5",
}
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "target", "logs", "data", "warehouse", "published", "backups", "__pycache__", ".*_cache"
)


def fill(path: Path, texts: dict[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for bracket, filled in texts.items():
        assert bracket in text, bracket
        text = text.replace(bracket, filled)
    assert "<" not in text.replace("<>", "")
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def added(tmp_path_factory) -> Path:
    """A copy of the project with one KPI more, built whole for the company of eight."""
    folder = tmp_path_factory.mktemp("copy")
    project = folder / "project"
    shutil.copytree(ROOT, project, ignore=LEFT_OUT)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        new_kpi.main(["unmoved_customers", "--theme", "revenue", "--unit", "ratio", "--direction", "up"])
    marts = project / "models" / "marts" / "revenue"
    fill(marts / "kpi_unmoved_customers.sql", FILLED_SQL)
    fill(marts / "kpi_unmoved_customers.yml", FILLED_YML)
    raw = folder / "raw" / "ravenstack"
    raw.mkdir(parents=True)
    for name, content in company.RAW.items():
        (raw / name).write_text(content, encoding="utf-8")
    environment = os.environ | {
        "WAREHOUSE_DIR": str(folder / "warehouse"),
        "PUBLISHED_DIR": str(folder / "published"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "RAW_DIR": str(raw.parent),
        "SOURCES": "ravenstack",
        "AS_OF": "",
    }
    output = folder / "output.txt"
    for arguments in (WHOLE, ("test", "-s", "kpi_unmoved_customers,test_type:unit")):
        code = dbt_process.run(list(arguments), environment, project, output)
        assert code == 0, output.read_text(encoding="utf-8")[-3000:]
    return folder


def test_it_is_in_catalogue_values_and_scorecard(added):
    with duckdb.connect(str(added / "published" / "customer_success.duckdb"), read_only=True) as published:
        for table in ("kpi_catalog", "kpi_scorecard"):
            (name,) = published.execute(f"select name from {table} where kpi_id = 'unmoved_customers'").fetchone()
            assert name == "Unmoved customers"
        values = published.execute(
            """select strftime(period_start, '%Y-%m'), numerator, denominator, band from kpi_values
            where kpi_id = 'unmoved_customers' and segment_type = 'all' and period_start >= '2025-01-01' order by 1"""
        ).fetchall()
    # January: Cedar came back. February: Fir left. March: Hazel is new.
    assert values == [("2025-01", 6, 7, "good"), ("2025-02", 6, 7, "good"), ("2025-03", 6, 7, "good")]


def test_gates_judge_it(added):
    with duckdb.connect(str(added / "warehouse" / "customer_success.duckdb"), read_only=True) as warehouse:
        tables = warehouse.execute("select distinct table_name from history.gate_marts").fetchall()
    assert ("marts.kpi_values",) in tables


def test_it_is_in_handbook_and_dashboard(added, monkeypatch):
    project = added / "project"
    for name, path in {"ROOT": "", "MARTS": "models/marts", "PAGE": "docs/kpis.md", "TERMS": "docs/terms.yml"}.items():
        monkeypatch.setattr(handbook, name, project / path)
    assert handbook.main([]) == 0
    assert "### Unmoved customers" in (project / "docs" / "kpis.md").read_text(encoding="utf-8")
    page = added / "dashboard.html"
    assert dashboard.main(["--published", str(added / "published"), "--out", str(page)]) == 0
    assert '"Unmoved customers"' in page.read_text(encoding="utf-8")
