"""The fold of product events is exact: after whatever lands next, one more build equals a count of all raw rows.

dbt runs in this process on a copy of the project and a small landing folder whose files are named by the day on which
they were loaded, so that what comes late lies in a late file.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

REPO = Path(__file__).parents[2]
COPIED = (
    "dbt_project.yml",
    "profiles.yml",
    "macros",
    "models",
    "seeds",
    "snapshots",
    "tests/generic",
    "tests/singular",
    "scripts",
)
FOLD = [
    *("event_days", "fct_event_days", "fct_event_sessions", "fct_customer_event_days", "fct_customer_sessions"),
    *("event_months", "fct_user_days", "fct_session_days", "fct_feature_days"),
]
FIRST_DAY = pd.Timestamp("2026-01-01")
LAST_DAY = pd.Timestamp("2026-03-31")
USERS = {"ann": "g1", "bob": "g1", "cat": "g2", "staff": "g2", "bot": "g2"}
EVENTS = ("signed_in", "report_created", "dashboard_viewed", "workflow_run")
UNTOUCHED = "untouched"


class Warehouse:
    """A project with its landing folder and warehouse, and what the raw files in it add up to."""

    def __init__(self, root: Path) -> None:
        self.project, self.raw, self.base = root / "project", root / "raw", root / "base"
        self.file = root / "warehouse" / "customer_success.duckdb"
        self.tracks = self.raw / "segment" / "tracks"

    def dbt(self, *arguments: str) -> None:
        done = dbtRunner().invoke(
            ["--quiet", *arguments, "--project-dir", str(self.project), "--profiles-dir", str(self.project)]
        )
        DuckDBConnectionManager.close_all_connections()
        failed = [
            f"{r.node.name}: {r.message}"
            for r in getattr(done.result, "results", [])
            if r.status not in ("success", "pass")
        ]
        assert done.success, failed or done.exception

    def build(self, *options: str) -> None:
        """Builds and tests what is folded; the views below it are there."""
        self.dbt("build", "--select", *FOLD, "--exclude-resource-type", "unit_test", *options)

    def query(self, sql: str) -> pd.DataFrame:
        with duckdb.connect(str(self.file)) as connection:
            return connection.execute(sql).df() if sql.startswith("select") else connection.execute(sql)

    def land(self, loaded_on: pd.Timestamp, rows: pd.DataFrame) -> None:
        self.tracks.mkdir(parents=True, exist_ok=True)
        rows.to_parquet(self.tracks / f"{loaded_on.date()}.parquet", index=False)

    def landed(self) -> pd.DataFrame:
        return pd.concat([pd.read_parquet(path) for path in sorted(self.tracks.glob("*.parquet"))], ignore_index=True)

    def mark(self) -> None:
        """Writes a mark into every folded row; a day that is folded again loses it."""
        self.query(f"update core.fct_event_days set client = '{UNTOUCHED}'")

    def folded_again(self) -> set[str]:
        rows = self.query(f"select distinct event_date from core.fct_event_days where client <> '{UNTOUCHED}'")
        return {str(day.date()) for day in rows["event_date"]}

    def mark_sums(self) -> None:
        """Writes a mark into every row that is summed by month; a month that is summed again loses it."""
        for table in ("fct_user_days", "fct_feature_days"):
            self.query(f"update core.{table} set events = -events")
        self.query("update core.fct_session_days set sessions = -sessions")

    def summed_again(self) -> set[str]:
        sql = "select distinct strftime(event_date, '%Y-%m') as month from core.{} where {} > 0"
        summed = (("fct_user_days", "events"), ("fct_feature_days", "events"), ("fct_session_days", "sessions"))
        by_user, by_feature, in_app = (set(self.query(sql.format(*one))["month"]) for one in summed)
        assert by_user == by_feature == in_app
        return by_user


def track(event_id: str, user: str, event: str, occurred_at, loaded_at) -> dict:
    return {
        "id": event_id, "user_id": user, "event": event, "timestamp": pd.Timestamp(occurred_at),
        "received_at": pd.Timestamp(loaded_at) - pd.Timedelta(seconds=2), "uuid_ts": pd.Timestamp(loaded_at),
        "context_group_id": USERS[user], "context_library_name": "analytics.js",
    }  # fmt: skip


def a_day(day: pd.Timestamp) -> pd.DataFrame:
    """What happened on a day: ann every day, the others on days of their own, one of them delivered twice."""
    rows = []
    for number, user in enumerate(USERS):
        if (day.day_of_year + number) % (number + 1):
            continue
        for nth in range(1 + number):
            occurred_at = day + pd.Timedelta(hours=8 + number, minutes=7 * nth)
            event = EVENTS[(day.day_of_year + nth) % len(EVENTS)]
            rows.append(
                track(f"{day.date()}-{user}-{nth}", user, event, occurred_at, occurred_at + pd.Timedelta(minutes=1))
            )
    return pd.DataFrame([*rows, *rows[-1:]])


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("fold")
    warehouse = Warehouse(root)
    for name in COPIED:
        source, target = REPO / name, warehouse.project / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    for day in pd.date_range(FIRST_DAY, LAST_DAY):
        warehouse.land(day, a_day(day))
    users = pd.DataFrame({"id": list(USERS), "account_id": list(USERS.values())})
    users["is_internal"], users["is_bot"] = users["id"] == "staff", users["id"] == "bot"
    users.to_parquet(warehouse.raw / "segment" / "users.parquet", index=False)
    groups = pd.DataFrame({"id": ["c1", "c2"], "group_id": ["g1", "g2"], "timestamp": [FIRST_DAY] * 2})
    groups.to_parquet(warehouse.raw / "segment" / "groups.parquet", index=False)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in {
            "SOURCES": "segment files", "RAW_DIR": warehouse.raw, "WAREHOUSE_DIR": warehouse.file.parent,
            "PUBLISHED_DIR": root / "published", "DBT_TARGET_PATH": root / "target", "DBT_LOG_PATH": root / "logs",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }.items():  # fmt: skip
            patch.setenv(variable, str(value))
        patch.chdir(warehouse.project)
        warehouse.dbt("seed")
        warehouse.dbt(
            *("run", "--select", "+fct_user_days", "+fct_feature_days", "+fct_session_days", "staging_counts"),
            *("--exclude", "gate_*", "build", "raw_*"),
        )
        shutil.copytree(warehouse.raw, warehouse.base / "raw")
        shutil.copytree(warehouse.file.parent, warehouse.base / "warehouse")
        yield warehouse


@pytest.fixture
def warehouse(built):
    """The warehouse as first built, every folded row marked."""
    for name, target in (("raw", built.raw), ("warehouse", built.file.parent)):
        shutil.rmtree(target)
        shutil.copytree(built.base / name, target)
    built.mark()
    return built


def assert_exact(warehouse: Warehouse, seed: Path | None = None) -> None:
    """fct_user_days and fct_feature_days equal a count of distinct events over every landed row, fct_session_days their stretches."""
    rows = warehouse.landed()
    rows = rows[rows[["id", "event", "timestamp"]].notna().all(axis=1)]
    rows = rows[~(rows["timestamp"] > rows["received_at"] + pd.Timedelta(days=1))]
    rows = rows.assign(event_date=rows["timestamp"].dt.normalize())
    assert warehouse.query("select sum(raw_rows) as n from core.fct_event_days")["n"].sum() == len(rows)
    meaning = pd.read_csv(seed or REPO / "seeds" / "product_events.csv").set_index("event_name")
    rows = rows[~rows["user_id"].isin(["staff", "bot"])].sort_values("timestamp", kind="stable")
    rows = rows.drop_duplicates(["id", "event_date"])
    rows = rows.assign(
        feature_id=rows["event"].map(meaning["feature_id"]),
        value=rows["event"].map(meaning["is_value_event"]).eq(True).astype(int),
    )
    by_user = rows.groupby(["user_id", "event_date"], as_index=False).agg(
        events=("id", "size"), value_events=("value", "sum")
    )
    by_feature = rows.groupby(["user_id", "feature_id", "event_date"], as_index=False).agg(events=("id", "size"))
    for expected, table in ((by_user, "fct_user_days"), (by_feature, "fct_feature_days")):
        columns = ", ".join(expected)
        found = warehouse.query(f"select {columns} from core.{table} order by {columns}")
        expected = expected.sort_values(list(expected)).reset_index(drop=True)
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert_sessions(warehouse, rows)


def assert_sessions(warehouse: Warehouse, rows: pd.DataFrame) -> None:
    """`rows`: the earliest delivery of each event on each of its days."""
    rows = rows.sort_values(["user_id", "event_date", "timestamp"])
    by_day = [rows["user_id"], rows["event_date"]]
    gap = rows.groupby(by_day)["timestamp"].diff()
    number = (gap.isna() | (gap > pd.Timedelta(minutes=30))).cumsum()
    ends = rows.groupby([rows["event_date"], number])["timestamp"].agg(["min", "max"])
    ends["session_ms"] = (ends["max"] - ends["min"]).dt.total_seconds() * 1000
    expected = ends.groupby("event_date")["session_ms"].agg(sessions="size", session_ms="sum").reset_index()
    found = warehouse.query(
        """select event_date, sum(sessions) as sessions, sum(session_ms) as session_ms
        from core.fct_session_days group by event_date order by event_date"""
    )
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_the_first_build_counts_every_event_once(warehouse):
    assert_exact(warehouse)
    counts = warehouse.query("select * from quality.staging_counts where raw_table = 'tracks'").iloc[0]
    assert counts["raw_rows"] == counts["staged_rows"] == counts["accepted_rows"] == len(warehouse.landed())


def test_a_second_build_on_the_same_files_folds_nothing_again(warehouse):
    warehouse.build()
    assert warehouse.folded_again() == set()
    assert_exact(warehouse)


def test_late_events_and_repeated_deliveries_refold_just_their_days(warehouse):
    """The next day's file holds that day, an event 60 days late, and an old one that is delivered once more."""
    day = LAST_DAY + pd.Timedelta(days=1)
    again = a_day(LAST_DAY - pd.Timedelta(days=9)).head(1).assign(uuid_ts=day + pd.Timedelta(hours=3))
    late = track("late", "ann", "workflow_run", day - pd.Timedelta(days=60), day + pd.Timedelta(hours=2))
    warehouse.land(day, pd.concat([a_day(day), again, pd.DataFrame([late])]))
    warehouse.build()
    assert warehouse.folded_again() == {"2026-04-01", "2026-03-22", "2026-01-31"}
    assert_exact(warehouse)


def test_only_months_with_other_events_are_summed_again(warehouse):
    """The next day's file holds that day and an event 60 days late. Then ann gets another name for all that she did."""
    warehouse.mark_sums()
    warehouse.build("--exclude", "test_type:data")
    assert warehouse.summed_again() == set()
    day = LAST_DAY + pd.Timedelta(days=1)
    late = track("late", "ann", "workflow_run", day - pd.Timedelta(days=60), day + pd.Timedelta(hours=2))
    warehouse.land(day, pd.concat([a_day(day), pd.DataFrame([late])]))
    warehouse.build("--exclude", "test_type:data")
    assert warehouse.summed_again() == {"2026-01", "2026-04"}
    warehouse.query("update core.dim_users set person_id = 'anna' where user_id = 'ann'")
    warehouse.build("--exclude", "test_type:data")
    assert warehouse.summed_again() == {"2026-01", "2026-02", "2026-03", "2026-04"}
    warehouse.query("update core.dim_users set person_id = 'ann' where user_id = 'ann'")
    warehouse.build()
    assert_exact(warehouse)


def folded_rows(warehouse: Warehouse) -> pd.DataFrame:
    return warehouse.query("select * from core.fct_event_days order by all")


def test_what_was_folded_day_by_day_is_what_a_full_refresh_folds(warehouse):
    """Three more days, with events 60 days late, repeated deliveries and a late file for an old day among them."""
    for more in range(1, 4):
        day = LAST_DAY + pd.Timedelta(days=more)
        late = [track(f"late-{more}", "bob", "workflow_run", day - pd.Timedelta(days=60), day + pd.Timedelta(hours=2))]
        again = a_day(day - pd.Timedelta(days=1)).tail(2).assign(uuid_ts=day + pd.Timedelta(hours=3))
        warehouse.land(day, pd.concat([a_day(day), again, pd.DataFrame(late)]))
        warehouse.build()
    old_day = pd.DataFrame([track("old", "cat", "report_created", "2026-01-15 12:00", LAST_DAY + pd.Timedelta(days=4))])
    old_day.to_parquet(warehouse.tracks / "2026-01-15.part-1.parquet", index=False)
    warehouse.build()
    step_by_step = folded_rows(warehouse)
    changed = step_by_step["client"] != UNTOUCHED
    assert 0 < changed.sum() < len(step_by_step) / 4
    warehouse.build("--full-refresh")
    full = folded_rows(warehouse)
    pd.testing.assert_frame_equal(step_by_step.drop(columns="client"), full.drop(columns="client"))
    pd.testing.assert_frame_equal(step_by_step[changed], full[changed])
    assert_exact(warehouse)


def test_times_that_are_corrected_with_the_next_load_change_sessions_though_no_count_changes(warehouse):
    """Every second event of a day turns out to be an hour later: as many rows, users and features, other sessions."""
    day = pd.Timestamp("2026-02-10")
    corrected = a_day(day).assign(uuid_ts=LAST_DAY + pd.Timedelta(days=1))
    corrected.loc[corrected.index[::2], "timestamp"] += pd.Timedelta(hours=1)
    before = warehouse.query("select sum(session_ms) as n from core.fct_session_days")["n"].sum()
    warehouse.land(day, corrected)
    warehouse.build()
    assert warehouse.folded_again() == {"2026-02-10"}
    assert warehouse.query("select sum(session_ms) as n from core.fct_session_days")["n"].sum() != before
    assert_exact(warehouse)


def test_a_late_file_for_an_old_day_refolds_that_day_alone(warehouse):
    late = pd.DataFrame([track("old", "ann", "workflow_run", "2026-01-20 10:00", LAST_DAY + pd.Timedelta(hours=30))])
    late.to_parquet(warehouse.tracks / "2026-01-20.part-1.parquet", index=False)
    warehouse.build()
    assert warehouse.folded_again() == {"2026-01-20"}
    assert_exact(warehouse)


def test_a_repetition_a_day_later_counts_once_unless_the_vendor_dates_it_on_another_day(warehouse):
    """`report_created` of 25 March comes again on the 27th: nothing new. The vendor dates the other repetition on the 26th, since the
    device's clock was set right in between: an event of each day, known from decision 9."""
    before = warehouse.query("select sum(events) as n from core.fct_event_days")["n"].sum()
    loaded = LAST_DAY + pd.Timedelta(days=1)
    first = a_day(pd.Timestamp("2026-03-25")).iloc[:2]
    again = first.assign(uuid_ts=loaded)
    again.loc[again.index[1], "timestamp"] += pd.Timedelta(days=1)
    warehouse.land(loaded, again)
    warehouse.build()
    assert warehouse.folded_again() == {"2026-03-25", "2026-03-26"}
    assert warehouse.query("select sum(events) as n from core.fct_event_days")["n"].sum() == before + 1
    assert_exact(warehouse)


def test_a_user_who_got_another_id_is_one_user_for_all_history(warehouse):
    """ann is bob's new id from now on: their days are one person's, and nothing is folded again."""
    call = {"id": "a1", "previous_id": "bob", "user_id": "ann", "timestamp": LAST_DAY, "received_at": LAST_DAY}
    pd.DataFrame([call]).to_parquet(warehouse.raw / "segment" / "aliases.parquet", index=False)
    try:
        warehouse.dbt("run", "--select", "stg_segment__aliases", "union_users", "dim_users", *FOLD)
        assert warehouse.folded_again() == set()
        rows = warehouse.landed().replace({"user_id": {"bob": "ann"}}).drop_duplicates("id")
        rows = rows[rows["user_id"] == "ann"]
        days = warehouse.query("select user_id, events from core.fct_user_days where user_id in ('ann', 'bob')")
        assert set(days["user_id"]) == {"ann"}
        assert (len(days), days["events"].sum()) == (rows["timestamp"].dt.date.nunique(), len(rows))
    finally:
        (warehouse.raw / "segment" / "aliases.parquet").unlink()


def test_a_day_that_vanishes_from_the_files_vanishes(warehouse):
    (warehouse.tracks / "2026-02-10.parquet").unlink()
    warehouse.build()
    assert (
        warehouse.query("select count(*) as n from core.fct_event_days where event_date = '2026-02-10'")["n"].sum() == 0
    )
    assert warehouse.folded_again() == set()
    assert_exact(warehouse)


def test_a_day_that_loses_rows_is_folded_again_though_its_newest_load_is_the_same(warehouse):
    day = pd.Timestamp("2026-02-10")
    warehouse.land(day, a_day(day).sort_values("uuid_ts").iloc[1:])
    warehouse.build()
    assert warehouse.folded_again() == {"2026-02-10"}
    assert_exact(warehouse)


def test_a_day_that_is_loaded_again_with_as_many_other_rows_is_folded_again(warehouse):
    day = pd.Timestamp("2026-02-10")
    warehouse.land(day, a_day(day).assign(event="workflow_run", uuid_ts=LAST_DAY + pd.Timedelta(days=1)))
    warehouse.build()
    assert warehouse.folded_again() == {"2026-02-10"}
    assert_exact(warehouse)


def test_as_many_other_rows_with_the_same_newest_load_need_a_full_refresh(warehouse):
    """The known limit of the census, which a full refresh mends."""
    day = pd.Timestamp("2026-02-10")
    warehouse.land(day, a_day(day).assign(event="workflow_run"))
    warehouse.build()
    assert warehouse.folded_again() == set()
    warehouse.build("--full-refresh")
    assert_exact(warehouse)


def test_rows_that_cannot_be_read_are_kept_in_staging_and_counted(warehouse):
    bad = pd.DataFrame([track("x", "ann", "workflow_run", "2026-02-10 10:00", "2026-02-10 10:01")] * 4)
    bad.loc[0, "id"], bad.loc[1, "event"], bad.loc[2, "timestamp"] = None, None, pd.NaT
    bad.loc[3, "timestamp"] = bad.loc[3, "received_at"] + pd.Timedelta(days=2)
    warehouse.land(LAST_DAY + pd.Timedelta(days=1), bad)
    warehouse.dbt("run", "--select", "staging_counts", *FOLD)
    counts = warehouse.query("select * from quality.staging_counts where raw_table = 'tracks'").iloc[0]
    assert counts["raw_rows"] == counts["staged_rows"] == len(warehouse.landed())
    assert counts["rejected_rows"] == 4
    assert warehouse.folded_again() == set()
    assert_exact(warehouse)


def test_a_changed_map_of_events_holds_for_all_history_without_folding(warehouse):
    seed = warehouse.project / "seeds" / "product_events.csv"
    before = seed.read_text()
    seed.write_text(
        before.replace("signed_in,,false", "signed_in,portal,true").replace(
            "workflow_run,workflow_run,true", "workflow_run,,false"
        )
    )
    try:
        warehouse.dbt("seed")
        warehouse.build()
        assert warehouse.folded_again() == set()
        assert_exact(warehouse, seed)
    finally:
        seed.write_text(before)


def test_events_in_csv_are_judged_and_folded_like_typed_ones(warehouse):
    landed = warehouse.landed()
    event = {
        "user_id": "ann",
        "event": "workflow_run",
        "context_group_id": "g1",
        "context_library_name": "analytics.js",
    }
    loaded = landed.loc[landed["timestamp"].dt.normalize() == "2026-02-09", "uuid_ts"].iloc[0]
    garbled = pd.DataFrame([{"id": "x", "timestamp": "31/02/2026"} | event])
    abroad = pd.DataFrame([{"id": "y", "timestamp": "2026-02-10T01:30:00+02:00", "uuid_ts": loaded} | event])
    shutil.rmtree(warehouse.tracks)
    pd.concat([landed, garbled, abroad]).to_csv(warehouse.tracks.with_suffix(".csv"), index=False)
    views = ("stg_segment__tracks", "int_segment__product_events", "union_product_events")
    warehouse.dbt("run", "--select", *views, *FOLD, "staging_counts")
    # 01:30 at +02:00 is the evening before in UTC.
    assert warehouse.folded_again() == {"2026-02-09"}
    rejects = warehouse.query(
        "select reject_reason, raw_record from staging.stg_segment__tracks where row_status = 'rejected'"
    )
    assert rejects["reject_reason"].tolist() == ["occurred_at is not a timestamp"]
    assert "occurred_at=31/02/2026" in rejects["raw_record"].iloc[0]
    counts = warehouse.query("select * from quality.staging_counts where raw_table = 'tracks'").iloc[0]
    assert counts["raw_rows"] == counts["staged_rows"] == len(landed) + 2
