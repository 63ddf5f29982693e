"""The truth of two KPIs of growth: which deals of strategic referrers were won, and how much a renewed product is used."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .catalog import USD_RATE
from .contracts import Contracts
from .events import Day
from .kpis import Kpis, judged, rate, ratio, share, total
from .opportunities import Deals
from .product import Users
from .settings import Settings
from .usage_truth import FIRST_FEATURE
from .world import World

YEAR = 12
WINDOW, ACTIVE_DAYS = 30, 3
ONE_DAY = timedelta(days=1)


class RenewalUse:
    """Who used the product in the 30 days before and after a renewal, counted while the days are lived. `renewals`: customer, month and first day
    (numbers) of the first term of the month that renews another."""

    def __init__(self, settings: Settings, contracts: Contracts, users: Users) -> None:
        terms = [
            (who, settings.month_of(at), (at - settings.start) // ONE_DAY) for who, at in contracts.renewed_terms()
        ]
        terms = pd.DataFrame(terms, columns=["customer", "month", "day"])
        self.renewals = terms.groupby(["customer", "month"], as_index=False)["day"].min()
        self.users, self.start = users, self.renewals["day"].to_numpy()
        who = self.renewals["customer"].to_numpy()
        # Users lie in the order of their customers.
        first, last = (np.searchsorted(users.customer, who, side=side) for side in ("left", "right"))
        self.people = [slice(*ends) for ends in zip(first, last, strict=True)]
        self.seen = {side: [np.zeros(n, dtype=bool) for n in last - first] for side in ("before", "after")}
        self.days = np.zeros(len(who), dtype=int)

    def count(self, day: Day) -> None:
        active = np.zeros(len(self.users.customer), dtype=bool)
        active[day.user[self.users.counts[day.user] & (day.event >= FIRST_FEATURE)]] = True
        distance = day.number - self.start
        for number in np.flatnonzero((distance >= -WINDOW) & (distance < WINDOW)):
            here = active[self.people[number]]
            is_after = distance[number] >= 0
            self.seen["after" if is_after else "before"][number] |= here
            self.days[number] += is_after and here.any()

    def measured(self) -> pd.DataFrame:
        counts = {f"users_{side}": [seen.sum() for seen in found] for side, found in self.seen.items()}
        return self.renewals.assign(active_days=self.days, **counts)


class GrowthKpis:
    def __init__(self, settings: Settings, world: World, kpis: Kpis) -> None:
        self.settings, self.world, self.kpis = settings, world, kpis

    def add(self, deals: Deals, renewed: RenewalUse, spine: pd.DataFrame, first_day: int) -> None:
        """`first_day`: that of the first recorded use."""
        self._strategic_referrals(deals.frame)
        self._renewals(renewed.measured(), spine, first_day)

    def _strategic_referrals(self, frame: pd.DataFrame) -> None:
        """A deal is in the segments of the customer that referred it; a partner's and an adviser's in the company's alone."""
        start = self.settings.start
        closed = frame[(frame["outcome"] != "open") & ~frame["is_deleted"]]
        month = (closed["closes"].dt.year - start.year) * 12 + closed["closes"].dt.month - start.month
        closed = closed.assign(closed=month)
        companies = self.world.customers
        is_big = companies["tier"].reindex(closed["referrer"]).eq("1").to_numpy()
        is_strategic = closed["lead_source"].isin(["Partner Referral", "Advisor"]) | is_big
        is_ours = companies["kind"].eq("internal").to_numpy()[closed["customer"]]
        deals = closed[is_strategic & ~is_ours]
        is_won = deals["outcome"] == "won"
        usd = deals["amount"].fillna(0.0) * deals["currency_iso_code"].str.lower().map(USD_RATE)
        deals = deals.assign(customer=deals["referrer"], is_won=is_won, usd=usd.where(is_won, 0.0))
        shown = pd.concat([deals.assign(month=deals["closed"] + later) for later in range(YEAR)], ignore_index=True)
        # A year of decisions of any kind has to be on record.
        shown = shown[shown["month"].between(max(closed["closed"].min() + YEAR - 1, 0), self.settings.months - 1)]
        of_all = self.kpis.place("all")["all"]
        placed = self.kpis.placed(shown[shown["customer"] >= 0])
        placed = pd.concat([placed[placed["place"] != of_all], shown.assign(place=of_all)], ignore_index=True)
        self.kpis.add_placed("strategic_referral_win_rate", placed, _wins)

    def _renewals(self, rows: pd.DataFrame, spine: pd.DataFrame, first_day: int) -> None:
        rows = rows[rows["day"] >= first_day].merge(spine[["customer", "month"]], on=["customer", "month"])
        is_due = rows["day"] + WINDOW <= self.settings.days
        is_comparable = is_due & (rows["day"] - WINDOW >= first_day)
        rows = judged(rows, is_due, rows["active_days"] >= ACTIVE_DAYS)
        for name in ("users_before", "users_after"):
            rows[name] = rows[name].where(is_comparable)
        self.kpis.add("post_renewal_engagement_rate", rows, _engaged, window=WINDOW, has_customers=True)


def _wins(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    deals = groups.size()
    return ratio(groups["is_won"].sum(), deals) | {
        "sample_size": deals,
        "n_pending": 0 * deals,
        "won_value": total(groups, "usd"),
    }


def _engaged(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    before, after = total(groups, "users_before"), total(groups, "users_after")
    return rate(groups) | {
        "active_users_before": before,
        "active_users_after": after,
        "intensity": share(after, before),
    }
