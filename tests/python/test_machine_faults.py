"""Faults of the machine: a build that is killed, a full disk, a locked warehouse, a folder that cannot be written, raw files that change
under the build. Whatever happens the published file is whole and of one build, and the next build recovers."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path

import company
import duckdb
import pytest
from conftest import WHOLE, Build

# The history that a build writes as it goes: both gates, the census of events and the fold.
SLICE = (
    "build",
    "-s",
    "+gate_staging",
    "+fct_event_days",
    "--indirect-selection=cautious",
    "--exclude-resource-type",
    "unit_test",
)
POINTS = 21
# `make prove` kills the whole build, all over, instead of its beginning.
IS_PROOF = bool(os.environ.get("PROVE"))


def published_is_whole(build: Build) -> str:
    """The one build that the published file and the Parquet files beside it are of."""
    (one,) = build.published("select build_id from published_build")
    for (table,) in build.published("select table_name from information_schema.tables"):
        build.published(f"select count(*) from {table}")
    parquet = build.folder / "published" / "parquet"
    if parquet.exists():
        with duckdb.connect() as connection:
            of_parquet = connection.execute(f"select build_id from '{parquet}/published_build.parquet'").fetchone()
            files = {path.stem for path in parquet.iterdir()}
        assert of_parquet is not None
        assert files == {table for (table,) in build.published("select table_name from information_schema.tables")}
    return one[0]


def raw(folder: Path) -> Path:
    """The company's files, where a test may change them."""
    target = folder / "ravenstack"
    target.mkdir(parents=True)
    for name, content in company.RAW.items():
        (target / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


# Killed.


@pytest.fixture(scope="module")
def landing(raw_folder) -> Path:
    """One landing folder for all: staging keeps the names of files."""
    return raw_folder(company.RAW)


@pytest.fixture(scope="module")
def builds(dbt, published_company, landing) -> tuple[Build, list[Build]]:
    """A build in peace, and what each of the kills in a row left behind, each going on from the one before."""
    command = WHOLE if IS_PROOF else SLICE
    peaceful = dbt(*command, after=published_company, raw=landing)
    assert peaceful.code == 0, peaceful.output
    nodes = int(peaceful.output.split("Done. PASS=")[1].split()[0])
    assert nodes > POINTS
    left, killed = published_company, []
    for point in range(1, POINTS + 1):
        node = point * nodes // (POINTS + 1) if IS_PROOF else point
        left = dbt(*command, after=left, raw=landing, kill_at=f" {node} of ")
        killed.append(left)
    return peaceful, killed


def test_a_build_can_be_killed_at_any_node(builds, published_company):
    _, killed = builds
    assert [build.code for build in killed] == [-9] * POINTS
    ids = [published_company.status["build_id"]]
    for build in killed:
        ids.append(build.status["build_id"])
        assert published_is_whole(build) in ids
        assert IS_PROOF or build.published_bytes == published_company.published_bytes
        # What was known before is still known.
        assert build.warehouse("select count(*) > 0 from history.kpi_values_history") == [(True,)]


def test_after_every_kill_the_next_build_makes_what_a_build_in_peace_makes(dbt, builds, landing):
    peaceful, killed = builds
    recovered = dbt(*(WHOLE if IS_PROOF else SLICE), after=killed[-1], raw=landing)
    assert recovered.code == 0, recovered.output
    for schema in ("staging", "core", *(["kpi", "marts"] if IS_PROOF else [])):
        assert recovered.contents(schema) == peaceful.contents(schema), schema
    for layer in ("raw", "staging"):
        rules = f"""select table_name, rule, status from history.gate_{layer}
            where build_id = (select build_id from quality.build) order by all"""
        assert recovered.warehouse(rules) == peaceful.warehouse(rules), layer


@pytest.fixture(scope="module")
def whole_killed(dbt, published_company) -> dict[str, Build]:
    """A whole build of restated data, killed around its publication."""
    points = {"before publishing": "START python incremental model history.publish", "after publishing": "publish: "}
    return {
        name: dbt(*WHOLE, after=published_company, raw=company.RESTATED, kill_at=text) for name, text in points.items()
    }


@pytest.mark.parametrize("point", ["before publishing", "after publishing"])
def test_what_is_published_is_whole_wherever_a_build_is_killed(whole_killed, published_company, point):
    build = whole_killed[point]
    assert build.code == -9, build.output[-3000:]
    assert build.status["state"] == "running"
    assert published_is_whole(build) in (published_company.status["build_id"], build.status["build_id"])


def test_the_build_after_a_killed_one_publishes(dbt, whole_killed):
    build = dbt(*WHOLE, after=whole_killed["before publishing"], raw=company.RESTATED)
    assert build.code == 0, build.output[-3000:]
    assert published_is_whole(build) == build.status["build_id"]


def test_parquet_files_that_a_killed_swap_left_aside_come_back(dbt, published_company):
    def kill_in_the_swap(live: Path) -> None:
        (live / "published" / "parquet").rename(live / "published" / "parquet.old")

    build = dbt("build", "-s", "dim_months", after=published_company, raw=company.RAW, first=kill_in_the_swap)
    assert build.published_bytes == published_company.published_bytes


# Full, locked, closed, changed.


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    """For every process that is forked meanwhile: writing beyond fails, as on a full disk."""
    forkserver.ensure_running()
    server = forkserver._forkserver._forkserver_pid
    before = resource.prlimit(server, resource.RLIMIT_FSIZE)
    resource.prlimit(server, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(server, resource.RLIMIT_FSIZE, before)


def test_a_full_disk_stops_the_build_and_publishes_nothing(dbt, published_company):
    warehouse = published_company.folder / "warehouse" / "customer_success.duckdb"
    with no_file_grows_beyond(warehouse.stat().st_size // 2):
        build = dbt(*WHOLE, "--full-refresh", after=published_company, raw=company.RESTATED)
    assert build.code != 0
    assert build.published_bytes == published_company.published_bytes
    again = dbt(*WHOLE, after=build, raw=company.RAW)
    assert again.code == 0, again.output[-3000:]
    assert published_is_whole(again) == again.status["build_id"]


def test_the_second_of_two_builds_says_who_holds_the_warehouse(dbt, published_company):
    holders = []

    def hold(live: Path) -> None:
        holders.append(duckdb.connect(str(live / "warehouse" / "customer_success.duckdb")))

    try:
        build = dbt(*WHOLE, after=published_company, raw=company.RAW, first=hold)
    finally:
        for holder in holders:
            holder.close()
    assert build.code != 0
    assert "is held by another command (process " in build.output
    assert "Traceback" not in build.output
    assert build.published_bytes == published_company.published_bytes
    assert build.status_bytes == published_company.status_bytes


def test_a_published_folder_that_cannot_be_written_is_named(dbt, published_company):
    def put_a_file_in_its_place(live: Path) -> None:
        (live / "published").rename(live / "published.good")
        (live / "published").write_text("not a folder", encoding="utf-8")

    build = dbt(*WHOLE, after=published_company, raw=company.RAW, first=put_a_file_in_its_place)
    assert build.code != 0
    assert "published" in build.output


def test_raw_files_that_change_while_they_are_read_are_not_published(dbt, published_company, tmp_path):
    folder = raw(tmp_path / "landing")
    accounts = folder / "ravenstack" / "ravenstack_accounts.csv"
    done = dbt(*WHOLE, after=published_company, raw=folder)
    assert done.code == 0, done.output[-3000:]
    sources = dict(done.published("select raw_table, raw_rows from published_sources"))
    assert sources["accounts"] == company.ACCOUNTS.strip().count("\n")
    hashes = "select raw_table, content_hash from published_sources order by 1"
    assert done.published(hashes) == published_company.published(hashes)

    stop = threading.Event()

    def change(live: Path) -> None:
        def once_landed() -> None:
            output = live / "output.txt"
            while not stop.wait(0.01):
                if output.exists() and b"Landed" in output.read_bytes():
                    accounts.write_text(accounts.read_text(encoding="utf-8") + "\n", encoding="utf-8")
                    return

        threading.Thread(target=once_landed, daemon=True).start()

    build = dbt(*WHOLE, after=done, raw=folder, first=change)
    stop.set()
    refusals = build.warehouse("select refusal from history.publish order by published_at desc limit 1")
    assert "raw files changed while this build read them" in refusals[0][0]
    assert str(accounts) in refusals[0][0]
    assert build.published("select build_id from published_build") == done.published(
        "select build_id from published_build"
    )
