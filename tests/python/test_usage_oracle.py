"""active_users and feature_usage recomputed with pandas from the raw files.

Taken from the warehouse are only who was a customer when (the spine) and whose record is whose; everything about use is
computed here.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from conftest import THIRD_PARTY_DATA

REPO = Path(__file__).parents[2]
DAY = pd.Timedelta(days=1)
TOLERANCE = 1e-6  # parts are stored as decimal(28, 6)


@pytest.fixture(scope="module", params=["sample", "ravenstack"])
def company(request):
    """(what was built, the folder that it was built from)"""
    if request.param == "sample":
        return request.getfixturevalue("sample_build"), request.getfixturevalue("sample_raw")
    return request.getfixturevalue("ravenstack_build"), THIRD_PARTY_DATA


@pytest.fixture(scope="module")
def raw(company) -> Path:
    return company[1]


@pytest.fixture(scope="module")
def warehouse(company):
    with duckdb.connect(str(company[0].warehouse_file), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def build(warehouse):
    row = warehouse.execute("select * from quality.build").df().iloc[0]
    if row["reporting_tz"] != "UTC":
        pytest.skip(f"the oracle reads days in UTC; this warehouse has {row['reporting_tz']}")
    return row


@pytest.fixture(scope="module")
def ids(warehouse):
    """{source_system: {id in it: customer_id}}"""
    rows = warehouse.execute("select source_system, source_customer_id, customer_id from core.brg_customer_ids").df()
    return {
        system: dict(zip(group["source_customer_id"], group["customer_id"], strict=True))
        for system, group in rows.groupby("source_system")
    }


@pytest.fixture(scope="module")
def events(build, raw, ids):
    """One row per use that counts: customer, user (missing where unknown), day, feature, is_value."""
    found = []
    if "segment" in build["sources"].split():
        found.append(_segment_events(raw, ids["segment"]))
    if "ravenstack" in build["sources"].split():
        found.append(_ravenstack_events(raw, ids["ravenstack"]))
    if not found:
        pytest.skip(f"no source of product events in SOURCES={build['sources']!r}")
    return pd.concat(found, ignore_index=True)


@pytest.fixture(scope="module")
def windows(warehouse, events):
    """One row per customer-month of the spine since events are recorded: `since` and `until` (exclusive) count."""
    spine = warehouse.execute(
        "select customer_id as customer, month_start, started_on from core.fct_customer_months"
    ).df()
    spine["until"] = spine["month_start"] + pd.offsets.MonthBegin(1)
    spine["since"] = spine[["month_start", "started_on"]].max(axis=1)
    spine = spine[spine["until"] > events["day"].min()].reset_index(drop=True)
    days = [pd.date_range(*span, inclusive="left") for span in zip(spine["since"], spine["until"], strict=True)]
    spine["days"] = [len(span) for span in days]
    spine["weekdays"] = [int((span.day_of_week < 5).sum()) for span in days]
    return spine.drop(columns="started_on")


@pytest.fixture(scope="module")
def counted(events, windows):
    """The events inside the windows of their customers."""
    month = events["day"].dt.to_period("M").dt.to_timestamp()
    joined = events.assign(month_start=month).merge(windows, on=["customer", "month_start"])
    return joined[joined["day"] >= joined["since"]]


def _read(path: Path) -> pd.DataFrame:
    return (
        pd.read_csv(path.with_suffix(".csv"))
        if path.with_suffix(".csv").exists()
        else pd.read_parquet(path if path.is_dir() else path.with_suffix(".parquet"))
    )


def _segment_users(raw: Path) -> pd.DataFrame:
    return (
        _read(raw / "segment" / "users").sort_values("received_at").drop_duplicates("id", keep="last").set_index("id")
    )


def _segment_people(raw: Path) -> dict[str, str]:
    """{id that another took the place of: the last id of that person}"""
    calls = _read(raw / "segment" / "aliases").sort_values("timestamp").drop_duplicates("previous_id", keep="last")
    following = dict(zip(calls["previous_id"], calls["user_id"], strict=True))
    people = {}
    for first in following:
        last = first
        while last in following:
            last = following[last]
        people[first] = last
    return people


def _segment_events(raw: Path, ids: dict) -> pd.DataFrame:
    tracks, users = _read(raw / "segment" / "tracks"), _segment_users(raw)
    tracks = tracks[tracks[["id", "event", "timestamp"]].notna().all(axis=1)]
    tracks = tracks[~(tracks["timestamp"] > tracks["received_at"] + DAY)]
    others = users.index[users["is_internal"].eq(True) | users["is_bot"].eq(True)]
    tracks = tracks[~tracks["user_id"].isin(others)]
    meaning = pd.read_csv(REPO / "seeds" / "product_events.csv").set_index("event_name")
    group = tracks["context_group_id"].fillna(tracks["user_id"].map(users["account_id"]))
    found = pd.DataFrame(
        {
            "customer": group.map(ids),
            "user": tracks["user_id"].replace(_segment_people(raw)),
            "day": tracks["timestamp"].dt.normalize(),
            "feature": tracks["event"].map(meaning["feature_id"]),
            "is_value": tracks["event"].map(meaning["is_value_event"]).eq(True),
        }
    )
    return found.dropna(subset="customer").drop_duplicates()


def _ravenstack_usage(raw: Path) -> pd.DataFrame:
    usage = _read(raw / "ravenstack" / "ravenstack_feature_usage").sort_values(
        ["usage_date", "subscription_id", "feature_name"], ascending=False
    )
    return usage.drop_duplicates("usage_id")


def _ravenstack_events(raw: Path, ids: dict) -> pd.DataFrame:
    usage = _ravenstack_usage(raw)
    account = _read(raw / "ravenstack" / "ravenstack_subscriptions").set_index("subscription_id")["account_id"]
    return pd.DataFrame(
        {
            "customer": usage["subscription_id"].map(account).map(ids),
            "user": None,
            "day": pd.to_datetime(usage["usage_date"]),
            "feature": usage["feature_name"],
            "is_value": True,
        }
    ).drop_duplicates()


def _features(raw: Path, sources: list[str]) -> pd.DataFrame:
    """feature, is_core, is_gated, released_at"""
    found = []
    if "files" in sources and list((raw / "files").glob("features*")):
        found.append(_read(raw / "files" / "features").rename(columns={"feature_id": "feature"}))
    if "ravenstack" in sources:
        used = _ravenstack_usage(raw).groupby("feature_name", as_index=False)
        used = used.agg(is_beta=("is_beta_feature", "all"), released_at=("usage_date", "min"))
        found.append(used.assign(feature=used["feature_name"], is_core=~used["is_beta"], is_gated=False))
    features = pd.concat(found, ignore_index=True)
    features["released_at"] = pd.to_datetime(features["released_at"])
    return features[["feature", "is_core", "is_gated", "released_at"]]


def _entitlements(raw: Path, sources: list[str], ids: dict) -> pd.DataFrame:
    if "files" not in sources or not list((raw / "files").glob("feature_entitlements*")):
        nobody = {"customer": "str", "feature": "str", "valid_from": "datetime64[us]", "valid_to": "datetime64[us]"}
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in nobody.items()})
    rows = _read(raw / "files" / "feature_entitlements")
    rows["customer"] = rows["customer_id"].map(ids.get("files", {}))
    rows["valid_from"] = pd.to_datetime(rows["valid_from"])
    rows["valid_to"] = pd.to_datetime(rows["valid_to"]).fillna(pd.Timestamp("2200-01-01"))
    return rows.rename(columns={"feature_id": "feature"})[["customer", "feature", "valid_from", "valid_to"]]


@pytest.fixture(scope="module")
def active_users(build, windows, counted):
    """What active_users must say of each customer-month."""
    if "segment" not in build["sources"].split():
        pytest.skip("no source names users: active_users has no values")
    key = ["customer", "month_start"]
    active = counted[counted["is_value"] & counted["user"].notna()].drop_duplicates([*key, "user", "day"])
    last_week = active[active["day"] >= active["until"] - 7 * DAY]
    sums = pd.DataFrame(
        {
            "mau": active.drop_duplicates([*key, "user"]).groupby(key).size(),
            "wau": last_week.drop_duplicates([*key, "user"]).groupby(key).size(),
            "user_days": active.groupby(key).size(),
            "weekday_user_days": active[active["day"].dt.day_of_week < 5].groupby(key).size(),
        }
    )
    found = windows.merge(sums, on=key, how="left").fillna(dict.fromkeys(sums, 0))
    found["dau"] = found["user_days"] / found["days"]
    found["weekday_dau"] = found["weekday_user_days"] / found["weekdays"]
    return found


@pytest.fixture(scope="module")
def pairs(build, raw, ids, windows, counted):
    """Every customer-month and feature available in it, with its use and class."""
    sources = build["sources"].split()
    made = windows.merge(_features(raw, sources), how="cross")
    made = made[made["released_at"].isna() | (made["released_at"] < made["until"])]
    granted = made[made["is_gated"]].merge(_entitlements(raw, sources, ids), on=["customer", "feature"])
    granted = granted[(granted["valid_from"] < granted["until"]) & (granted["valid_to"] > granted["month_start"])]
    made = pd.concat([made[~made["is_gated"]], granted[made.columns].drop_duplicates()])
    key = ["customer", "feature", "month_start"]
    use = counted.dropna(subset="feature").drop_duplicates([*key, "day"])
    by_user = counted.dropna(subset=["feature", "user"]).drop_duplicates([*key, "user", "day"])
    sums = pd.DataFrame(
        {
            "used_days": use.groupby(key).size(),
            "used_weekdays": use[use["day"].dt.day_of_week < 5].groupby(key).size(),
            "user_days": by_user.groupby(key).size(),
        }
    ).fillna(0)
    before = (
        pd.concat(
            [
                use[key].assign(month_start=use["month_start"] + pd.DateOffset(months=later)).drop_duplicates()
                for later in (1, 2, 3)
            ]
        )
        .drop_duplicates()
        .assign(before=True)
    )
    found = made.merge(sums, on=key, how="left").fillna(dict.fromkeys(sums, 0))
    found = found.merge(before, on=key, how="left")
    found["before"] = found["before"].eq(True)
    found["class"] = "rare"
    found.loc[found["used_days"] >= 4, "class"] = "weekly"
    found.loc[(found["used_weekdays"] >= found["weekdays"] / 2) & (found["used_weekdays"] > 0), "class"] = "daily"
    found.loc[found["used_days"] == 0, "class"] = found["before"].map({True: "abandoned", False: "unused"})
    return found


def differences(expected: pd.DataFrame, published: pd.DataFrame, key: list[str]) -> list[str]:
    """Where two tables of the same columns differ, as words; [] where nowhere."""
    both = expected.merge(published, on=key, how="outer", suffixes=("", "__mart"), indicator=True)
    found = [
        f"{len(rows)} rows {side}: {rows[key].head(3).to_dict('records')}"
        for side, rows in (
            ("missing from the mart", both[both["_merge"] == "left_only"]),
            ("only in the mart", both[both["_merge"] == "right_only"]),
        )
        if len(rows)
    ]
    both = both[both["_merge"] == "both"]
    for name in expected.columns.difference(key):
        ours, theirs = both[name], both[f"{name}__mart"]
        if name == "class":
            wrong = ours != theirs
        else:
            ours, theirs = pd.to_numeric(ours), pd.to_numeric(theirs)
            wrong = (ours.isna() != theirs.isna()) | ((ours - theirs).abs() > TOLERANCE)
        if wrong.any():
            examples = both.loc[wrong, [*key, name, f"{name}__mart"]].head(3).to_dict("records")
            found.append(f"{name} differs in {wrong.sum()} of {len(both)} rows: {examples}")
    return found


def _customer_rows(warehouse, columns: str, kpi: str, where: str = "true") -> pd.DataFrame:
    return warehouse.execute(
        f"select segment as customer, period_start as month_start, {columns} from marts.{kpi} "
        f"where segment_type = 'customer' and sample_size > 0 and {where}"
    ).df()


def _company_rows(warehouse, columns: str, kpi: str) -> pd.DataFrame:
    return warehouse.execute(
        f"select period_start as month_start, {columns} from marts.{kpi} "
        "where segment_type = 'all' and breakdown = 'all' and sample_size > 0"
    ).df()


ACTIVE = "value as mau, weekly_active_users as wau, daily_active_users as dau"


def test_active_users_of_every_customer(warehouse, active_users):
    expected = active_users[["customer", "month_start", "mau", "wau", "dau"]]
    assert expected["mau"].sum() > 0
    assert (
        differences(expected, _customer_rows(warehouse, ACTIVE, "kpi_active_users"), ["customer", "month_start"]) == []
    )


def test_active_users_of_the_company(warehouse, active_users):
    expected = active_users.groupby("month_start", as_index=False)[["mau", "wau", "dau"]].sum()
    assert differences(expected, _company_rows(warehouse, ACTIVE, "kpi_active_users"), ["month_start"]) == []


def test_stickiness_of_the_company(warehouse, active_users):
    sums = active_users.groupby("month_start")[["mau", "dau", "weekday_dau"]].sum()
    having_weekdays = active_users[active_users["weekdays"] > 0].groupby("month_start")["mau"].sum()
    expected = pd.DataFrame(
        {
            "stickiness": sums["dau"] / sums["mau"],
            "weekday_stickiness": sums["weekday_dau"] / having_weekdays,
        }
    ).reset_index()
    published = warehouse.execute(
        """
        select period_start as month_start, value as stickiness, weekday_stickiness
        from marts.kpi_values inner join (
            select period_start, weekday_stickiness from marts.kpi_active_users where segment_type = 'all'
        ) as mart using (period_start)
        where kpi_id = 'active_users__stickiness' and segment_type = 'all' and sample_size > 0
        """
    ).df()
    assert differences(expected, published, ["month_start"]) == []


def test_registered_users_of_the_company(warehouse, raw, ids, active_users):
    users = _segment_users(raw)
    users = users[~users["is_internal"].eq(True) & ~users["is_bot"].eq(True)]
    users = users[~users.index.isin(list(_segment_people(raw)))]
    users = users.assign(customer=users["account_id"].map(ids["segment"]))
    joined = active_users[["customer", "month_start", "until"]].merge(users, on="customer")
    joined = joined[~(joined["created_at"] >= joined["until"])]
    expected = joined.groupby("month_start").size().rename("registered").reset_index()
    published = _company_rows(warehouse, "registered_users as registered", "kpi_active_users")
    assert differences(expected, published, ["month_start"]) == []


def test_classes_of_every_customer_and_feature(warehouse, pairs):
    expected = pairs[["customer", "month_start", "feature", "class"]]
    assert expected["class"].nunique() >= 3
    published = _customer_rows(
        warehouse, "breakdown as feature, usage_class as class", "kpi_feature_usage", "breakdown <> 'all'"
    )
    assert differences(expected, published, ["customer", "month_start", "feature"]) == []


def test_abandoned_core_features(warehouse, pairs):
    core = pairs[pairs["is_core"] & pairs["before"]].assign(
        numerator=lambda rows: rows["class"].eq("abandoned").astype(int), denominator=1
    )
    columns = "numerator, denominator, value"
    for key, published in (
        (["customer", "month_start"], _customer_rows(warehouse, columns, "kpi_feature_usage", "breakdown = 'all'")),
        (["month_start"], _company_rows(warehouse, columns, "kpi_feature_usage")),
    ):
        expected = core.groupby(key, as_index=False)[["numerator", "denominator"]].sum()
        expected["value"] = expected["numerator"] / expected["denominator"]
        assert len(expected) > 0
        assert differences(expected, published, key) == []


def test_core_features_in_use(warehouse, pairs):
    core = pairs[pairs["is_core"]].assign(numerator=lambda rows: rows["used_days"].gt(0).astype(int), denominator=1)
    columns = "numerator, denominator, value"
    for key, published in (
        (["customer", "month_start"], _customer_rows(warehouse, columns, "kpi_feature_breadth")),
        (["month_start"], _company_rows(warehouse, columns, "kpi_feature_breadth")),
    ):
        expected = core.groupby(key, as_index=False)[["numerator", "denominator"]].sum()
        expected["value"] = expected["numerator"] / expected["denominator"]
        assert len(expected) > 0
        assert differences(expected, published, key) == []


def test_user_days_of_every_feature(warehouse, active_users, pairs):
    key = ["customer", "month_start"]
    joined = pairs.merge(active_users[[*key, "mau"]], on=key)
    joined = joined[joined["mau"] > 0].assign(possible=lambda rows: rows["mau"] * rows["days"])
    expected = joined.groupby(["month_start", "feature"], as_index=False)[["user_days", "possible"]].sum()
    published = warehouse.execute(
        "select period_start as month_start, breakdown as feature, numerator as user_days, denominator as possible "
        "from marts.kpi_feature_usage where segment_type = 'all' and breakdown <> 'all' and denominator > 0"
    ).df()
    assert differences(expected, published, ["month_start", "feature"]) == []


def test_features_have_no_user_days_where_no_source_names_users(warehouse, build):
    if "segment" in build["sources"].split():
        pytest.skip("a source names users")
    query = "select count(*), count(numerator), count(value) from marts.kpi_feature_usage where breakdown <> 'all'"
    rows, *measured = warehouse.execute(query).fetchone()
    assert rows > 0 and measured == [0, 0]


def test_the_simulators_people_have_been_renamed(raw, build):
    """Otherwise the tests above would not see that somebody with two ids is one user."""
    if "segment" not in build["sources"].split():
        pytest.skip("no simulated company")
    assert len(_segment_people(raw)) > 20


@pytest.mark.parametrize("name", ["active_users", "feature_months", "feature_adoptions", "seats"])
def test_the_warehouse_says_what_the_simulator_lived(warehouse, raw, build, name):
    """The truth is counted while the company lives; the answer is what its raw tables were turned into."""
    if "segment" not in build["sources"].split():
        pytest.skip("no simulated company")
    answer = (REPO / "scripts" / "answers" / f"{name}.sql").read_text(encoding="utf-8")
    key = answer.splitlines()[0].removeprefix("-- key: ").split(", ")
    truth, found = pd.read_parquet(raw / "truth" / f"{name}.parquet"), warehouse.execute(answer).df()
    assert len(truth) > 1000
    dates = [column for column in truth if column == "month" or column.endswith("_on")]
    truth, found = (rows.assign(**{d: pd.to_datetime(rows[d]) for d in dates}) for rows in (truth, found))
    columns = truth.columns.difference(key)
    both = truth.merge(found, on=key, how="outer", suffixes=("", "__answer"), indicator=True)
    assert both["_merge"].eq("both").all(), both[both["_merge"] != "both"][key].head().to_dict("records")
    for column in columns:
        ours, theirs = both[column], both[f"{column}__answer"]
        if column == "daily_active_users":
            ours, theirs = ours.round(6), theirs.round(6)
        differs = (ours != theirs) & ~(ours.isna() & theirs.isna())
        assert not differs.any(), both.loc[differs, [*key, column, f"{column}__answer"]].head().to_dict("records")


def test_a_difference_is_noticed():
    ours = pd.DataFrame(
        {"month_start": ["2026-01", "2026-02", "2026-03"], "mau": [1.0, 2.0, 3.0], "class": ["daily", "rare", "rare"]}
    )
    assert differences(ours, ours.copy(), ["month_start"]) == []
    assert "mau differs in 1 of 3" in differences(ours, ours.assign(mau=[1.0, 2.0, 3.001]), ["month_start"])[0]
    assert "mau differs in 1 of 3" in differences(ours, ours.assign(mau=[1.0, 2.0, None]), ["month_start"])[0]
    assert (
        "class differs in 1 of 3"
        in differences(ours, ours.assign(**{"class": ["daily", "rare", "daily"]}), ["month_start"])[0]
    )
    assert "1 rows missing from the mart" in differences(ours, ours.iloc[:2], ["month_start"])[0]
    assert "1 rows only in the mart" in differences(ours.iloc[:2], ours, ["month_start"])[0]
