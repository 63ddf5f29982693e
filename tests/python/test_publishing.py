"""Only a whole, gated `dbt build` publishes; what it published stays readable, and what was known stays on record."""

from __future__ import annotations

from pathlib import Path

import company
import duckdb
import pytest
from conftest import WHOLE, Build, month_values

COMPANY_ROWS = "segment_type = 'all' and breakdown = 'all'"


def kpi(build: Build, kpi_id: str, columns: str) -> dict:
    return month_values(
        build.published(
            f"select strftime(period_start, '%Y-%m'), {columns} from kpi_values "
            f"where kpi_id = '{kpi_id}' and {COMPANY_ROWS} and value is not null order by 1"
        )
    )


def test_the_companys_published_mrr_is_the_one_worked_out_by_hand(published_company):
    assert kpi(published_company, "mrr_movements", "value") == company.CLOSING_MRR


def test_the_companys_movements_are_the_ones_worked_out_by_hand(published_company):
    rows = published_company.published(
        """select strftime(period_start, '%Y-%m'), breakdown, value from kpi_values
        where kpi_id = 'mrr_movements' and segment_type = 'all' and breakdown <> 'all'"""
    )
    assert {(month, movement): value for month, movement, value in rows} == company.MOVEMENTS


def test_the_companys_retention_and_churn_are_the_ones_worked_out_by_hand(published_company):
    parts = "numerator, denominator"
    assert kpi(published_company, "net_revenue_retention", parts) == company.NET_RETENTION
    assert kpi(published_company, "gross_revenue_retention", parts) == company.GROSS_RETENTION
    churn = kpi(published_company, "customer_churn_rate", parts)
    assert {month: churn[month] for month in company.CHURN} == company.CHURN


def test_the_last_month_is_not_final_and_the_one_before_is(published_company):
    final = kpi(published_company, "mrr_movements", "is_final")
    assert (final["2025-02"], final["2025-03"]) == (True, False)


def test_status_says_that_the_build_is_published(published_company):
    status = published_company.status
    assert status["state"] == "published"
    assert status["failing_rules"] == []
    assert status["last_good_build"]["build_id"] == status["build_id"]
    assert published_company.published("select build_id from published_build") == [(status["build_id"],)]


def test_parquet_files_hold_the_same_tables_as_the_published_database(published_company):
    tables = {name for (name,) in published_company.published("select table_name from information_schema.tables")}
    files = {path.stem: path for path in (published_company.folder / "published" / "parquet").glob("*.parquet")}
    assert set(files) == tables
    for table, path in files.items():
        with duckdb.connect() as connection:
            in_file = connection.execute(f"select * from '{path}' order by all").fetchall()
        assert in_file == published_company.published(f"select * from {table} order by all"), table


# What is not a whole `dbt build`.


@pytest.fixture(scope="module")
def unguarded(dbt, published_company) -> dict[str, Build]:
    """Commands that build marts or the node `publish` itself from raw data that would change what is published."""
    commands = {
        "run": ("run",),
        "one mart": ("build", "-s", "kpi_mrr_movements"),
        "all but one mart": (*WHOLE, "--exclude", "kpi_exit_reason_frequency"),
        "publish alone": ("build", "-s", "publish"),
    }
    return {
        name: dbt(*arguments, after=published_company, raw=company.RESTATED) for name, arguments in commands.items()
    }


@pytest.mark.parametrize("command", ["run", "one mart", "all but one mart", "publish alone"])
def test_what_is_not_a_whole_build_publishes_nothing(unguarded, published_company, command):
    build = unguarded[command]
    assert build.code == 0, build.output
    assert build.published_bytes == published_company.published_bytes
    assert build.status_bytes == published_company.status_bytes


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("run", "`dbt run` is not guarded"),
        ("all but one mart", "this build was partial (exclude=kpi_exit_reason_frequency)"),
        ("publish alone", "this command did not begin with the build"),
    ],
)
def test_the_refusal_is_on_record(unguarded, command, reason):
    history = unguarded[command].warehouse("select is_published, refusal from history.publish order by published_at")
    assert len(history) == 2
    assert history[0] == (True, "")
    assert history[1][0] is False
    assert reason in history[1][1]


def test_the_unguarded_commands_did_rebuild_marts(unguarded):
    for command in ("run", "all but one mart"):
        rows = unguarded[command].warehouse(
            f"select value from marts.kpi_mrr_movements where {COMPANY_ROWS} and period_start = '2024-01-01'"
        )
        assert rows == [(310,)], command


# The same data again, and then data that restates the past.


@pytest.fixture(scope="module")
def again(dbt, published_company) -> Build:
    build = dbt(*WHOLE, after=published_company, raw=company.RAW)
    assert build.code == 0, build.output
    return build


@pytest.fixture(scope="module")
def readers() -> list[duckdb.DuckDBPyConnection]:
    """What BI had open while the restated values were published."""
    connections: list[duckdb.DuckDBPyConnection] = []
    yield connections
    for connection in connections:
        connection.close()


@pytest.fixture(scope="module")
def restated(dbt, again, readers) -> Build:
    """Alder's price is now 110 from the start, and everything that can be rebuilt is rebuilt."""

    def open_a_reader(live: Path) -> None:
        reader = duckdb.connect(str(live / "published" / "customer_success.duckdb"), read_only=True)
        reader.execute("select count(*) from kpi_catalog").fetchall()
        readers.append(reader)

    build = dbt(*WHOLE, "--full-refresh", after=again, raw=company.RESTATED, first=open_a_reader)
    assert build.code == 0, build.output
    return build


def test_the_same_data_publishes_the_same_values(published_company, again):
    assert again.status["build_id"] != published_company.status["build_id"]
    tables = [row[0] for row in published_company.published("select table_name from information_schema.tables")]
    assert len(tables) > 10
    assert again.published("select count(*) from information_schema.tables") == [(len(tables),)]
    for table in tables:
        without = "exclude (build_id, started_at)" if table == "published_build" else ""
        query = f"select * {without} from {table} order by all"
        assert again.published(query) == published_company.published(query), table


def test_the_same_data_again_is_no_new_version_of_any_value(published_company, again):
    versions = "select count(*), count(dbt_valid_to) from history.kpi_values_history"
    assert again.warehouse(versions) == published_company.warehouse(versions)
    assert published_company.warehouse("select count(*) > 0 from history.kpi_values_history") == [(True,)]


def test_history_survives_a_full_refresh(published_company, again, restated):
    builds = [build.status["build_id"] for build in (published_company, again, restated)]
    for layer in ("raw", "staging", "core", "marts"):
        judged = restated.warehouse(f"select build_id from history.gate_{layer} group by 1 order by min(judged_at)")
        assert [build_id for (build_id,) in judged] == builds, layer
    assert restated.warehouse("select build_id from history.publish order by published_at") == [(b,) for b in builds]
    superseded = "select distinct build_id from history.kpi_values_history where dbt_valid_to is not null"
    assert restated.warehouse(superseded) == [(builds[0],)]


def test_a_restatement_adds_a_version_with_the_old_and_the_new_value(published_company, restated):
    versions = restated.warehouse(
        f"""select value, build_id, dbt_valid_to is null from history.kpi_values_history
        where kpi_id = 'mrr_movements' and {COMPANY_ROWS} and period_start = '2024-01-01' order by dbt_valid_from"""
    )
    first, last = published_company.status["build_id"], restated.status["build_id"]
    assert versions == [(300, first, False), (310, last, True)]


def test_the_restated_values_are_published(restated):
    assert kpi(restated, "mrr_movements", "value") == {m: v + 10 for m, v in company.CLOSING_MRR.items()}


def test_a_reader_that_was_open_before_still_sees_the_old_values(again, restated, readers):
    (reader,) = readers
    assert reader.execute("select build_id from published_build").fetchall() == [(again.status["build_id"],)]
    rows = reader.execute(
        f"""select strftime(period_start, '%Y-%m'), value from kpi_values
        where kpi_id = 'mrr_movements' and {COMPANY_ROWS}"""
    )
    assert month_values(rows.fetchall()) == company.CLOSING_MRR


def test_a_value_that_was_not_restated_keeps_its_one_version(restated):
    versions = restated.warehouse(
        f"""select value, dbt_valid_to is null from history.kpi_values_history
        where kpi_id = 'customer_churn_rate' and {COMPANY_ROWS} and period_start = '2025-02-01'"""
    )
    assert versions == [(1 / 7, True)]


@pytest.fixture(scope="module")
def as_of_february(dbt, published_company) -> Build:
    """Built as of the middle of February, after a KPI lost its model but not its table."""

    def leave_a_mart_behind(live: Path) -> None:
        with duckdb.connect(str(live / "warehouse" / "customer_success.duckdb")) as warehouse:
            warehouse.execute("create table marts.kpi_of_last_year as select 42 as value")

    build = dbt(*WHOLE, after=published_company, raw=company.RAW, AS_OF="2025-02-15", first=leave_a_mart_behind)
    assert build.code == 0, build.output
    return build


def test_months_after_as_of_are_cut(as_of_february):
    expected = {month: value for month, value in company.CLOSING_MRR.items() if month <= "2025-01"}
    assert kpi(as_of_february, "mrr_movements", "value") == expected
    assert as_of_february.published("select cast(max(period_start) as varchar) from kpi_values") == [("2025-01-01",)]
    assert as_of_february.published("select cast(as_of as varchar) from published_build") == [("2025-02-15",)]


def test_a_mart_that_no_model_makes_any_more_is_not_published(as_of_february, published_company):
    tables = "select table_name from information_schema.tables order by 1"
    assert as_of_february.published(tables) == published_company.published(tables)
