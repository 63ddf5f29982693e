"""The truth of the KPIs of product use: what was counted, added up by company, segment and customer and divided after that.

Numbers of customers and months are positions in the world and the window, as in usage_truth.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .settings import add_months
from .usage_truth import BLOCK_DAYS, BLOCKS, FEATURE_IDS, IS_CORE, UsageTruth

OBSERVED_DAYS, LIKE_THEM = 90, 10
FEW_USERS, FEW_DAYS = 5, 20
GRAINS = ("all", "segment", "customer")


@dataclass(frozen=True)
class Groups:
    """What each customer belongs to: `segments`, month x customer, as the CRM had them at the month's end; `names`."""

    segments: np.ndarray
    names: np.ndarray
    month_starts: np.ndarray

    def of(self, grain: str, rows: pd.DataFrame) -> np.ndarray:
        """A customer's group is its number here, and its name in what is stated."""
        if grain == "all":
            return np.full(len(rows), "all")
        return self.segments[rows["month"], rows["customer"]] if grain == "segment" else rows["customer"].to_numpy()


def kpi_tables(
    usage: UsageTruth, truth: dict[str, pd.DataFrame], accounts: pd.DataFrame, runs: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """`truth`: customer_months and the tables of UsageTruth; `accounts`: the CRM's versions; `runs`: attempts and failures by
    customer, day and process."""
    spine, companies = usage.spine(truth["customer_months"]), usage.world.customers
    groups = Groups(
        segments_at_month_ends(usage, accounts, spine),
        companies["account_id"].where(companies["in_crm"], companies["stripe_id"]).to_numpy(),
        np.array([start.date() for start in usage.settings.month_starts]),
    )
    return {
        "usage_values": usage_values(usage, truth, spine, groups, runs),
        "feature_arpu": feature_arpu(usage, truth, spine, groups),
    }


def segments_at_month_ends(usage: UsageTruth, accounts: pd.DataFrame, spine: pd.DataFrame) -> np.ndarray:
    """Month x customer: the segment of the account's last version before each month's end; whoever has left keeps its last one
    (R4). `accounts`: the CRM's versions."""
    settings, customers = usage.settings, usage.world.customers
    number_of = pd.Series(customers.index, index=customers["account_id"])
    known = accounts[accounts["id"].isin(customers.loc[customers["in_crm"], "account_id"])]
    found = np.full((settings.months, len(customers)), "(unknown)", dtype=object)
    ends = np.array([add_months(start, 1) for start in settings.month_starts], dtype="datetime64[us]")
    known = known.sort_values("_fivetran_start", kind="stable")
    for account, since, segment in zip(known["id"], known["_fivetran_start"], known["segment_c"], strict=True):
        found[ends > np.datetime64(since, "us"), number_of[account]] = segment
    is_spine = np.zeros(found.shape, dtype=bool)
    is_spine[spine["month"], spine["customer"]] = True
    for month in range(1, settings.months):
        has_left = is_spine[:month].any(axis=0) & ~is_spine[month]
        found[month] = np.where(has_left, found[month - 1], found[month])
    return found


def usage_values(
    usage: UsageTruth,
    truth: dict[str, pd.DataFrame],
    spine: pd.DataFrame,
    groups: Groups,
    runs: pd.DataFrame,
) -> pd.DataFrame:
    """Rows of active_users and seats in `truth` are in the order of `spine`."""
    people, seats = (
        pd.concat([spine, truth[name].reset_index(drop=True).drop(columns="month")], axis=1)
        for name in ("active_users", "seats")
    )
    bought, held = seats[seats["purchased_seats"].notna()], seats[seats["assigned_seats"] > 0]
    features = _features(usage, truth["feature_months"])
    features = features.merge(people[["customer", "month", "active_users"]], on=["customer", "month"])
    core = features[features["is_core"]]
    used_before = core[core["is_used_in_prior_3_months"]]
    parts = [
        _rolled(groups, "active_users", people, "active_users"),
        _rolled(groups, "active_users__stickiness", people, "daily_active_users", "active_users"),
        _rolled(groups, "license_utilization", bought, "active_seats", "purchased_seats"),
        _rolled(groups, "license_utilization__activation", bought, "activated_seats", "purchased_seats"),
        _rolled(groups, "power_users", people, "power_users", "active_users"),
        _rolled(groups, "login_frequency", held, "login_days", "assigned_seats"),
        _rolled(
            groups,
            "product_usage_depth",
            people.assign(by_people=people["value_events"] - people["api_value_events"]),
            "by_people",
            "active_users",
        ),
        _rolled(groups, "feature_breadth", core.assign(is_used=core["used_days"] > 0, pairs=1), "is_used", "pairs"),
        _rolled(
            groups,
            "feature_usage",
            used_before.assign(is_abandoned=used_before["used_days"] == 0, pairs=1),
            "is_abandoned",
            "pairs",
        ),
        _rolled(groups, "feature_adoption_rate", features, "adopters", "active_users", by="feature_id"),
        _rolled(groups, "error_rate", _counted_runs(usage, spine, runs), "failures", "attempts", by="process"),
        _drops(usage, spine, groups, truth["customer_months"]),
        _times_to_adoption(usage, truth["feature_adoptions"], groups),
    ]
    return pd.concat(parts, ignore_index=True)


def feature_arpu(
    usage: UsageTruth, truth: dict[str, pd.DataFrame], spine: pd.DataFrame, groups: Groups
) -> pd.DataFrame:
    """A customer's MRR is shared over its active users; every feature gets the shares of those who used it."""
    people = pd.concat([spine, truth["active_users"][["active_users"]].reset_index(drop=True)], axis=1)
    features = _features(usage, truth["feature_months"]).merge(people, on=["customer", "month"])
    features = features.merge(_paying(usage, truth["customer_months"]), on=["customer", "month"])
    share = (features["mrr_usd"] / features["active_users"].where(features["active_users"] > 0)).fillna(0.0)
    features = features.assign(mrr_of_users=share * features["users"])
    by_feature = _rolled(groups, "feature_based_arpu", features, "mrr_of_users", "users", by="feature_id")
    core = _rolled(groups, "feature_based_arpu", features[features["is_core"]], "mrr_of_users", "users")
    rows = pd.concat([by_feature[by_feature["breakdown"] != "all"], core], ignore_index=True)
    return rows[rows["segment_type"] != "customer"].reset_index(drop=True)


def _rolled(
    groups: Groups,
    kpi_id: str,
    units: pd.DataFrame,
    numerator: str,
    denominator: str | None = None,
    by: str | None = None,
) -> pd.DataFrame:
    """Sums by grain, over everything and, where `by` says so, for each of its values; divided after summing."""
    units = units.assign(numerator=units[numerator].astype(float))
    units["denominator"] = units[denominator].astype(float) if denominator else np.nan
    parts = []
    for grain in GRAINS:
        # What each customer does with each feature is the truth of feature_months.
        for breakdown in ("all", by) if by and (grain, by) != ("customer", "feature_id") else ("all",):
            keys = [groups.of(grain, units), units["month"].to_numpy()]
            keys.append(np.full(len(units), "all") if breakdown == "all" else units[by].to_numpy())
            sums = units.groupby(keys)[["numerator", "denominator"]].sum(min_count=1)
            sums.index.names = ["segment", "month", "breakdown"]
            parts.append(sums.reset_index().assign(segment_type=grain))
    rows = pd.concat(parts, ignore_index=True)
    rows["value"] = (
        rows["numerator"] / rows["denominator"].where(rows["denominator"] > 0) if denominator else rows["numerator"]
    )
    return _stated(groups, kpi_id, rows)


def _stated(groups: Groups, kpi_id: str, rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows[rows["value"].notna()].assign(kpi_id=kpi_id)
    rows["month"] = groups.month_starts[rows["month"].to_numpy(dtype=int)]
    is_customer = (rows["segment_type"] == "customer").to_numpy()
    rows.loc[is_customer, "segment"] = groups.names[rows.loc[is_customer, "segment"].to_numpy(dtype=int)]
    columns = ["kpi_id", "breakdown", "segment_type", "segment", "month", "numerator", "denominator", "value"]
    return rows[columns].reset_index(drop=True)


def _features(usage: UsageTruth, feature_months: pd.DataFrame) -> pd.DataFrame:
    """feature_months by the numbers of customer and month, with what is core."""
    core = pd.Series(IS_CORE, index=FEATURE_IDS)
    found = feature_months.reset_index(drop=True)
    return found.assign(**_numbered(usage, found), is_core=found["feature_id"].map(core))


def _numbered(usage: UsageTruth, rows: pd.DataFrame) -> dict[str, np.ndarray]:
    accounts = usage.world.customers
    names = accounts["account_id"].where(accounts["in_crm"], accounts["stripe_id"])
    number_of = pd.Series(accounts.index, index=names)
    named = rows["salesforce_account_id"].fillna(rows["stripe_customer_id"])
    found = {"customer": number_of.loc[named].to_numpy()}
    if "month" in rows:
        position = {start.date(): n for n, start in enumerate(usage.settings.month_starts)}
        found["month"] = rows["month"].map(position).to_numpy()
    return found


def _paying(usage: UsageTruth, customer_months: pd.DataFrame) -> pd.DataFrame:
    rows = customer_months[customer_months["mrr_usd"] > 0].reset_index(drop=True)
    return pd.DataFrame(_numbered(usage, rows)).assign(mrr_usd=rows["mrr_usd"])


def _counted_runs(usage: UsageTruth, spine: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Runs of customers, from the first paid day on."""
    runs = runs[runs["day"].to_numpy() >= usage.first_paid[runs["customer"]]]
    return runs.merge(spine, on=["customer", "month"])


def _drops(usage: UsageTruth, spine: pd.DataFrame, groups: Groups, customer_months: pd.DataFrame) -> pd.DataFrame:
    """What the last 28 days lost against the three blocks before; a customer's less the median of those like it."""
    rows = spine.merge(_paying(usage, customer_months), on=["customer", "month"])
    ends = np.array([(add_months(start, 1) - usage.settings.start).days for start in usage.settings.month_starts])
    since = np.maximum(usage.first_paid[rows["customer"]], usage.first_counted_day)
    rows = rows[ends[rows["month"]] - since >= BLOCKS * BLOCK_DAYS].reset_index(drop=True)
    for name in ("block_users", "prior_block_users", "block_days", "prior_block_days"):
        rows[name] = usage.measure(rows, name)
    rows["own"] = _drop(rows)
    measured = rows[rows["own"].notna()]
    usual = {}
    for grain in ("all", "segment"):
        like = measured.groupby([groups.of(grain, measured), "month"])["own"].agg(["median", "size"])
        usual[grain] = like["median"].where(like["size"] >= LIKE_THEM)
    keys = {grain: pd.MultiIndex.from_arrays([groups.of(grain, rows), rows["month"]]) for grain in usual}
    expected = {grain: usual[grain].reindex(keys[grain]).to_numpy() for grain in usual}
    expected = pd.Series(expected["segment"]).fillna(pd.Series(expected["all"])).fillna(0.0).clip(lower=0.0)
    parts = [
        pd.DataFrame(
            {
                "segment": groups.of("customer", rows),
                "month": rows["month"],
                "value": rows["own"] - expected,
                "segment_type": "customer",
            }
        )
    ]
    for grain in usual:
        pooled = rows.groupby([groups.of(grain, rows), "month"])[
            ["block_users", "prior_block_users", "block_days", "prior_block_days"]
        ].sum()
        pooled.index.names = ["segment", "month"]
        pooled = pooled.reset_index()
        parts.append(pooled.assign(value=_drop(pooled), segment_type=grain))
    found = pd.concat(parts, ignore_index=True)
    return _stated(groups, "usage_drop", found.assign(breakdown="all", numerator=np.nan, denominator=np.nan))


def _drop(rows: pd.DataFrame) -> pd.Series:
    by_users = 1 - 3 * rows["block_users"] / rows["prior_block_users"].where(rows["prior_block_users"] >= 3 * FEW_USERS)
    by_days = 1 - 3 * rows["block_days"] / rows["prior_block_days"].where(rows["prior_block_days"] >= 3 * FEW_DAYS)
    return by_users.fillna(by_days)


def _times_to_adoption(usage: UsageTruth, adoptions: pd.DataFrame, groups: Groups) -> pd.DataFrame:
    """The lower median over those whose clock started in a month, who has not adopted being later than all."""
    start = pd.Timestamp(usage.settings.start)
    adoptions = adoptions.reset_index(drop=True)
    clock, adopted = ((pd.to_datetime(adoptions[name]) - start).dt.days for name in ("clock_started_on", "adopted_on"))
    rows = adoptions[["feature_id"]].assign(
        **_numbered(usage, adoptions),
        month=[usage.settings.month_of(at.to_pydatetime()) for at in pd.to_datetime(adoptions["clock_started_on"])],
        days=(adopted - clock).fillna(np.inf),
        observed=usage.settings.days - clock,
    )
    parts = []
    for grain in ("all", "segment"):
        for breakdown in ("all", "feature_id"):
            name = np.full(len(rows), "all") if breakdown == "all" else rows["feature_id"].to_numpy()
            grouped = rows.groupby([groups.of(grain, rows), rows["month"].to_numpy(), name])
            found = grouped.agg(
                value=("days", lambda days: np.sort(days)[(len(days) - 1) // 2]), youngest=("observed", "min")
            )
            found.index.names = ["segment", "month", "breakdown"]
            parts.append(found.reset_index().assign(segment_type=grain))
    found = pd.concat(parts, ignore_index=True)
    found = found[np.isfinite(found["value"]) & (found["youngest"] >= OBSERVED_DAYS)]
    return _stated(groups, "time_to_adoption", found.assign(numerator=np.nan, denominator=np.nan))
