"""The truth of the KPIs of product use, and of what is paid by use, from what was counted while the days were lived."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .kpi_days import state_days
from .kpis import Kpis, amount, any_of, ratio, share, total
from .settings import Settings, add_months
from .usage_truth import BLOCK_DAYS, BLOCK_MEASURES, BLOCKS, DAY_BINS, FEATURE_IDS, IS_CORE, IS_GATED, UsageTruth

LIKE_THEM = 10
MINUTE = 60_000
FEW_USERS, FEW_DAYS = 5, 20
LARGE_USERS, LARGE_DAYS = 3, 10
CLASSES = ("daily", "weekly", "rare", "abandoned", "unused")
PAYING = ["customer", "month"]


class UsageKpis:
    """`lived`: what UsageTruth says of the spine; `months`: customer-months of the spine with their closing MRR; `runs`: attempts and failures by
    customer, day and process."""

    def __init__(
        self,
        settings: Settings,
        kpis: Kpis,
        usage: UsageTruth,
        lived: dict[str, pd.DataFrame],
        months: pd.DataFrame,
        runs: pd.DataFrame,
    ) -> None:
        self.settings, self.kpis, self.usage, self.months, self.runs = settings, kpis, usage, months, runs
        self.seats, self.adoptions = lived["seats"], lived["feature_adoptions"]
        people = lived["active_users"]
        weekdays = people["counted_weekdays"].where(people["counted_weekdays"] > 0)
        self.people = people.assign(
            is_active=people["active_users"] > 0,
            weekday_users=people["active_user_weekdays"] / weekdays,
            users_with_weekdays=people["active_users"].where(weekdays.notna()),
        )
        features = lived["feature_months"]
        features = features.assign(is_core=IS_CORE[features["feature"]], is_gated=IS_GATED[features["feature"]])
        columns = [*PAYING, "active_users", "counted_days", "counted_weekdays"]
        self.features = features.merge(self.people[columns], on=PAYING)
        paying = months.loc[months["closing"] > 0, [*PAYING, "closing"]]
        self.payers = paying.merge(self.people, on=PAYING)

    def add(self) -> None:
        people, seats = self.people, self.seats
        self.kpis.add("active_users", people, _active_users, has_customers=True)
        self.kpis.add("power_users", people, _power_users, has_customers=True)
        by_people = people.assign(by_people=people["value_events"] - people["api_value_events"])
        self.kpis.add("product_usage_depth", by_people, _depth, has_customers=True)
        bought = seats[seats["purchased_seats"].notna()].astype({"purchased_seats": float})
        self.kpis.add("license_utilization", bought, _seats_in_use, has_customers=True)
        self.kpis.add("login_frequency", seats[seats["assigned_seats"] > 0], _logins, has_customers=True)
        self._features()
        self._times_to_adoption()
        self._drops()
        self._errors()
        self._revenue_by_use()
        self._sessions()

    # --- features ---------------------------------------------------------------------------------------

    def _features(self) -> None:
        features = self.features
        core = features[features["is_core"]].sort_values([*PAYING])
        is_ever_used = core["used_days"].gt(0).groupby([core["customer"], core["feature"]]).cummax()
        core = core.assign(is_used=core["used_days"] > 0, is_ever_used=is_ever_used)
        self.kpis.add("feature_breadth", core, _breadth, has_customers=True)

        adopting = features.assign(
            is_adopting=features["adopters"] > 0,
            active_customer=features["customer"].where(features["active_users"] > 0),
            breakdown="all",
            is_new=np.nan,
        )
        by_feature = adopting.assign(breakdown=features["feature_id"], is_new=features["is_new"].astype(float))
        uses = self._adopters_uses().assign(is_adopting=False)
        units = pd.concat([adopting, by_feature, uses], ignore_index=True)
        self.kpis.add("feature_adoption_rate", units, _adoption, has_customers=True)
        self.kpis.add(
            "feature_usage", self._classified(), _usage_classes, has_customers=True, of_customers=("usage_class",)
        )

    def _adopters_uses(self) -> pd.DataFrame:
        """One row per user and feature that it adopted in a month: how often it used it."""
        adopters = [
            pd.DataFrame({"customer": customer, "feature": feature, "month": month, "adopters_uses": uses})
            for month, (customer, feature, uses) in enumerate(self.usage.adopters_in)
        ]
        known = self.features[[*PAYING, "feature", "feature_id"]]
        rows = pd.concat(adopters, ignore_index=True).merge(known, on=[*PAYING, "feature"])
        return rows.rename(columns={"feature_id": "breakdown"})

    def _classified(self) -> pd.DataFrame:
        """Every customer with each of its features, and with all of them: the core ones that it used before, and gave up."""
        features = self.features
        is_used, before = features["used_days"] > 0, features["is_used_in_prior_3_months"]
        is_daily = (features["used_weekdays"] > 0) & (2 * features["used_weekdays"] >= features["counted_weekdays"])
        which = [~is_used & before, ~is_used, is_daily, features["used_days"] >= 4]
        names = np.select(which, ["abandoned", "unused", "daily", "weekly"], "rare")
        classes = {f"{name}_pairs": names == name for name in CLASSES}
        possible = features["active_users"] * features["counted_days"]
        each = features[[*PAYING]].assign(
            breakdown=features["feature_id"],
            usage_class=names,
            numerator=features["user_days"].where(possible > 0),
            denominator=possible,
            units=1,
            **classes,
        )
        was_used = features["is_core"] & before
        over_all = features[[*PAYING]].assign(
            breakdown="all",
            numerator=was_used & (names == "abandoned"),
            denominator=was_used,
            units=was_used & ~was_used.groupby([features["customer"], features["month"]]).cumsum().gt(1),
            **classes,
        )
        return pd.concat([each, over_all.astype({"numerator": float, "denominator": float, "units": int})])

    def _times_to_adoption(self) -> None:
        """From the clock of each customer and feature; who has not adopted it is later than all."""
        start, rows = pd.Timestamp(self.settings.start), self.adoptions
        clock, adopted = ((pd.to_datetime(rows[name]) - start).dt.days for name in ("clock_started_on", "adopted_on"))
        units = rows[["customer"]].assign(
            breakdown="all",
            month=[self.settings.month_of(at.to_pydatetime()) for at in pd.to_datetime(rows["clock_started_on"])],
            days=(adopted - clock).fillna(np.inf),
            observed=self.settings.days - clock,
        )
        units = pd.concat([units, units.assign(breakdown=rows["feature_id"])])
        state_days(self.settings, self.kpis, "time_to_adoption", units, "adopted")

    # --- what was lost ----------------------------------------------------------------------------------

    def _drops(self) -> None:
        """What the last 28 days lost against the three blocks before; a customer's less the median of those like it."""
        ends = np.array([(add_months(at, 1) - self.settings.start).days for at in self.settings.month_starts])
        since = np.maximum(self.usage.first_paid[self.payers["customer"]], self.usage.first_counted_day)
        rows = self.payers[ends[self.payers["month"]] - since >= BLOCKS * BLOCK_DAYS].reset_index(drop=True)
        own = _drop(*(rows[name] for name in BLOCK_MEASURES[:4]))
        usual = pd.Series(np.nan, index=rows.index)
        for segment_type in ("segment", "all"):
            place = self.kpis.segments.places[segment_type][rows["month"], rows["customer"]]
            like = own.groupby([place, rows["month"]]).agg(["median", "count"])
            like = like["median"].where(like["count"] >= LIKE_THEM)
            usual = usual.fillna(pd.Series(like.reindex(pd.MultiIndex.from_arrays([place, rows["month"]])).to_numpy()))
        usual = usual.fillna(0.0)
        minutes = {name: self.usage.measure(rows, name) for name in ("block_session_ms", "prior_block_session_ms")}
        rows = rows.assign(usual=usual, adjusted=own - usual.clip(lower=0.0), **minutes)
        numbers = self.kpis.measured(self.kpis.placed(rows.assign(breakdown="all")), _drop_of)
        is_customer = numbers["place"].isin(self.kpis.place("customer").values())
        numbers["value"] = numbers["adjusted"].where(is_customer, numbers["unadjusted_drop"])
        numbers = numbers.drop(columns="adjusted")
        self.kpis.state("usage_drop", numbers, has_customers=True, of_customers=("usual_drop",))

    def _sessions(self) -> None:
        names = ("active_users", "sessions", "session_ms")
        counted = self.months.loc[self.months["month"] >= self.usage.first_counted_month, PAYING]
        counted = counted.assign(**{name: self.usage.measure(counted, name) for name in names})
        self.kpis.add("time_in_app", counted, _time_in_app, has_customers=True)

    def _errors(self) -> None:
        """Runs of customers, from the first paid day on."""
        runs = self.runs[self.runs["day"].to_numpy() >= self.usage.first_paid[self.runs["customer"]]]
        runs = runs.merge(self.months[PAYING], on=PAYING)
        runs = runs.groupby([*PAYING, "process"], as_index=False)[["attempts", "failures"]].sum()
        units = pd.concat([runs.assign(breakdown="all"), runs.assign(breakdown=runs["process"])])
        self.kpis.add("error_rate", units, _errors, has_customers=True)

    # --- what is paid -----------------------------------------------------------------------------------

    def _revenue_by_use(self) -> None:
        """A customer's MRR is shared over its active users; every feature gets the shares of those who used it."""
        payers = self.months[self.months["closing"] > 0].merge(self.seats, "left", PAYING)
        payers["of_seats"] = payers["closing"].where(payers["assigned_seats"].notna())
        self.kpis.add("average_revenue_per_account", payers, _per_account, window=30)

        offered = self.features[["month", "feature"]].drop_duplicates()
        pairs = self.payers[[*PAYING, "closing", "active_users"]].merge(offered, on="month")
        pairs = pairs.merge(self.features[[*PAYING, "feature", "users"]], "left", [*PAYING, "feature"])
        pairs = pairs.fillna({"users": 0.0})
        per_user = (pairs["closing"] / pairs["active_users"].where(pairs["active_users"] > 0)).fillna(0.0)
        has_users = pairs["users"] > 0
        pairs = pairs.assign(
            mrr=per_user * pairs["users"],
            user=pairs["customer"].where(has_users),
            of_users=pairs["closing"].where(has_users),
            of_others=pairs["closing"].where(~has_users),
            of_active=pairs["closing"].where(pairs["active_users"] > 0),
            breakdown=FEATURE_IDS.take(pairs["feature"]),
            is_gated=IS_GATED[pairs["feature"]].astype(float),
        )
        core = pairs[IS_CORE[pairs["feature"]]].assign(breakdown="all", is_gated=np.nan)
        self.kpis.add("feature_based_arpu", pd.concat([core, pairs]), _per_feature_user, window=30)


def _active_users(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    return amount(groups["active_users"].sum(), groups.size()) | {
        "weekly_active_users": groups["weekly_active_users"].sum(),
        "daily_active_users": groups["daily_active_users"].sum(),
        "weekday_stickiness": share(groups["weekday_users"].sum(), total(groups, "users_with_weekdays")),
        "registered_users": groups["registered_users"].sum(),
    }


def _per_active_user(groups: DataFrameGroupBy, name: str) -> dict[str, pd.Series]:
    """Customers without an active user are no units."""
    units = groups["is_active"].sum()
    return ratio(groups[name].sum(), groups["active_users"].sum()) | {"sample_size": units, "n_pending": 0 * units}


def _power_users(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    return _per_active_user(groups, "power_users") | {name: groups[name].sum() for name in DAY_BINS}


def _depth(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    numbers, by_programs = _per_active_user(groups, "by_people"), groups["api_value_events"].sum()
    return numbers | {
        "api_value_events": by_programs,
        "api_value_events_per_user": share(by_programs, numbers["denominator"]),
    }


def _seats_in_use(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    active, bought, assigned = (groups[name].sum() for name in ("active_seats", "purchased_seats", "assigned_seats"))
    units = groups.size()
    return ratio(active, bought) | {
        "sample_size": units,
        "n_pending": 0 * units,
        "assigned_seats": assigned,
        "activated_seats": groups["activated_seats"].sum(),
        "assigned_rate": share(assigned, bought),
        "is_nearly_full": (10 * active >= 9 * bought).where(bought > 0, None),
    }


def _logins(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    days, active, units = groups["login_days"].sum(), groups["active_seats"].sum(), groups.size()
    return ratio(days, groups["assigned_seats"].sum()) | {
        "sample_size": units,
        "n_pending": 0 * units,
        "active_seats": active,
        "login_days_per_active_user": share(days, active),
    }


def _breadth(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    pairs, ever, customers = groups.size(), groups["is_ever_used"].sum(), groups["customer"].nunique()
    return ratio(groups["is_used"].sum(), pairs) | {
        "sample_size": customers,
        "n_pending": 0 * pairs,
        "ever_used_pairs": ever,
        "ever_used_share": share(ever, pairs),
    }


def _adoption(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    users, trying = groups["active_users"].sum(), groups["users"].sum()
    adopting, entitled = groups["is_adopting"].sum(), groups["users"].count()
    return ratio(groups["adopters"].sum(), users) | {
        "sample_size": groups["active_customer"].nunique(),
        "n_pending": 0 * users,
        "trying_users": trying,
        "trial_rate": share(trying, users),
        "adopting_accounts": adopting,
        "entitled_accounts": entitled,
        "account_breadth": share(adopting, entitled),
        "median_uses": groups["adopters_uses"].median(),
        "is_new": any_of(groups, "is_new"),
    }


def _usage_classes(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    units = groups["units"].sum()
    return ratio(total(groups, "numerator"), groups["denominator"].sum()) | {
        "sample_size": units,
        "n_pending": 0 * units,
        "usage_class": groups["usage_class"].first(),
        **{f"{name}_pairs": groups[f"{name}_pairs"].sum() for name in CLASSES},
    }


def _drop(users: pd.Series, prior_users: pd.Series, days: pd.Series, prior_days: pd.Series) -> pd.Series:
    by_users = 1 - 3 * users / prior_users.where(prior_users >= 3 * FEW_USERS)
    by_days = 1 - 3 * days / prior_days.where(prior_days >= 3 * FEW_DAYS)
    return by_users.fillna(by_days)


def _drop_of(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    users, prior_users, days, prior_days, logins, prior_logins = (groups[name].sum() for name in BLOCK_MEASURES)
    units, is_few, is_unknown = groups.size(), prior_users < 3 * FEW_USERS, prior_days < 3 * FEW_DAYS
    users_lost, days_lost = (prior_users - 3 * users) / 3, (prior_days - 3 * days) / 3
    is_measured = ~(is_few & is_unknown)
    return {
        "numerator": users_lost.where(~is_few, days_lost).where(is_measured),
        "denominator": (prior_users / 3).where(~is_few, prior_days / 3).where(is_measured),
        "sample_size": units,
        "n_pending": 0 * units,
        "adjusted": groups["adjusted"].max(),
        "unadjusted_drop": _drop(users, prior_users, days, prior_days),
        "usual_drop": groups["usual"].max(),
        "is_by_user_days": is_few,
        "users_lost": users_lost,
        "user_days_lost": days_lost,
        "login_day_drop": 1 - share(3 * logins, prior_logins),
        "minutes_drop": 1 - share(3 * groups["block_session_ms"].sum(), groups["prior_block_session_ms"].sum()),
        "is_large": (users_lost >= LARGE_USERS) | (days_lost >= LARGE_DAYS),
    }


def _time_in_app(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    minutes, sessions = groups["session_ms"].sum() / MINUTE, groups["sessions"].sum()
    users = groups["active_users"].agg(lambda active: (active > 0).sum())
    return ratio(minutes, groups["active_users"].sum()) | {
        "sample_size": users,
        "n_pending": 0 * users,
        "sessions": sessions,
        "minutes_per_session": share(minutes, sessions),
    }


def _errors(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    numbers, customers = ratio(groups["failures"].sum(), groups["attempts"].sum()), groups["customer"].nunique()
    return numbers | {"sample_size": customers, "n_pending": 0 * customers}


def _per_account(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    customers, seats = groups.size(), total(groups, "assigned_seats")
    numbers = ratio(groups["closing"].sum(), customers)
    return numbers | {
        "sample_size": customers,
        "n_pending": 0 * customers,
        "annual_value": 12 * numbers["value"],
        "assigned_seats": seats,
        "arpu": share(total(groups, "of_seats"), seats),
    }


def _per_feature_user(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    users = groups["user"].nunique()
    return ratio(groups["mrr"].sum(), groups["users"].sum()) | {
        "sample_size": users,
        "n_pending": 0 * users,
        "feature_arpa_users": groups["of_users"].mean(),
        "feature_arpa_nonusers": groups["of_others"].mean(),
        "arpu_of_active_users": share(total(groups, "of_active"), groups["active_users"].sum()),
        "is_gated": any_of(groups, "is_gated"),
    }
