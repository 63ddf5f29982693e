"""The materializations of macros/materializations.sql in a project of one model: what a failure leaves, and what a contract sees."""

import os
import shutil
from pathlib import Path

import dbt_process
import duckdb
import pytest

ROOT = Path(__file__).parents[2]
CONTRACT = """
models:
  - name: amounts
    config: {contract: {enforced: true}}
    columns: [{name: customer_id, data_type: varchar}, {name: amount, data_type: "decimal(18, 2)"}]
"""
GOOD = "select 'a' as customer_id, cast(1 as decimal(18, 2)) as amount"


@pytest.fixture
def project(built_once, tmp_path):
    return Path(shutil.copytree(built_once, tmp_path / "project"))


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    """A project whose one model, `amounts`, has been built once."""
    tmp_path = tmp_path_factory.mktemp("rebuilt")
    (tmp_path / "models").mkdir()
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros" / "materializations.sql").write_text((ROOT / "macros" / "materializations.sql").read_text())
    (tmp_path / "models" / "amounts.yml").write_text(CONTRACT)
    (tmp_path / "dbt_project.yml").write_text(
        "{name: tiny, profile: tiny, models: {+materialized: table}, flags: {send_anonymous_usage_stats: false}}"
    )
    (tmp_path / "profiles.yml").write_text("{tiny: {target: d, outputs: {d: {type: duckdb, path: tiny.duckdb}}}}")
    assert run(tmp_path, GOOD)[0] == 0
    return tmp_path


def run(project: Path, sql: str) -> tuple[int, str]:
    (project / "models" / "amounts.sql").write_text(sql)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DBT_")}
    output = project / "output"
    code = dbt_process.run(["run", "--profiles-dir", "."], environment, project, output)
    return code, output.read_text()


def rows(project: Path) -> list[tuple]:
    with duckdb.connect(str(project / "tiny.duckdb"), read_only=True) as warehouse:
        return warehouse.execute("from amounts").fetchall()


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (GOOD.replace("decimal(18, 2)", "double"), "amount"),
        (GOOD + ", 'x' as note", "note"),
        ("select 'a' as customer_id", "amount"),
        ("select 'a' as customer_id, cast('one' as decimal(18, 2)) as amount", "one"),
    ],
    ids=["another type", "a column more", "a column less", "an error while it runs"],
)
def test_a_model_that_fails_leaves_the_table_that_was_there(project, sql, said):
    before = rows(project)
    code, output = run(project, sql)
    assert code == 1
    assert said in output
    assert rows(project) == before


def test_a_table_is_replaced_by_what_the_model_says_now_whole(project):
    assert run(project, GOOD.replace("'a'", "'b'"))[0] == 0
    assert [row[0] for row in rows(project)] == ["b"]


def test_a_table_can_become_a_view(project):
    assert run(project, "{{ config(materialized='view') }} " + GOOD)[0] == 0
    with duckdb.connect(str(project / "tiny.duckdb"), read_only=True) as warehouse:
        assert warehouse.execute("select table_type from information_schema.tables").fetchall() == [("VIEW",)]
