"""scripts/new_kpi.py starts a KPI in a copy of the project and refuses what is there already."""

from __future__ import annotations

import shutil
from pathlib import Path

import new_kpi
import pytest
import yaml
from conftest import ROOT

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
