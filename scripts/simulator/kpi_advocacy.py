"""The truth of the KPIs of advocacy: what customers and partners did for us beside paying."""

from __future__ import annotations

import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .advocacy import ACTS, WINDOW, Advocacy, judged_asks, leads, loyalty_months
from .kpis import Kpis, judged, rate, ratio, share, total
from .settings import Settings

KEY = ["customer", "month"]
OVERUSED, FINAL = 4, 30


class AdvocacyKpis:
    """`months`: customer-months of the spine with their closing MRR."""

    def __init__(self, settings: Settings, kpis: Kpis, months: pd.DataFrame, done: Advocacy) -> None:
        self.settings, self.kpis, self.done, self.spine = settings, kpis, done, months[KEY]
        self.active = months.loc[months["closing"] > 0, KEY]

    def add(self) -> None:
        self._referrals()
        self._introductions()
        self._acts()
        members = loyalty_months(self.settings, self.done)
        members["month"] = [self.settings.month_of(pd.Timestamp(month)) for month in members["month"]]
        members = members.merge(self.spine, on=KEY)
        members = judged(members, True, members["is_participating"])
        self.kpis.add("loyalty_participation_rate", members, _participating, has_customers=True)
        self._rewards()

    def _trailing(self, rows: pd.DataFrame, months: int) -> pd.DataFrame:
        """Every row in its month and in those after it that look back so far."""
        month = pd.Series([self.settings.month_of(at) for at in rows["at"]], index=rows.index)
        shown = pd.concat([rows.assign(month=month + n, is_own=n == 0) for n in range(months)], ignore_index=True)
        return shown[shown["month"] < self.settings.months]

    def _counted(self, rows: pd.DataFrame, first: pd.Timestamp, **sums: str) -> pd.DataFrame:
        """Active customers from the month of the first of all on record on, and what the rows of each add up to."""
        found = rows.groupby(KEY).agg(**{name: (column, "sum") for name, column in sums.items()})
        active = self.active[self.active["month"] >= self.settings.month_of(first)]
        return active.join(found, on=KEY).fillna(0)

    def _since(self, first: pd.Timestamp, months: int) -> int:
        """From when on so many months are known."""
        return self.settings.month_of(first) + months - 1

    def _referrals(self) -> None:
        found = leads(self.done.referrals)
        recent = self._trailing(found[found["customer"] >= 0].assign(one=1), 12)
        first = self.done.referrals["at"].min()
        units = self._counted(recent, first, leads="one", own_leads="is_own")
        is_whole = units["month"] >= self._since(first, 12)
        columns = {"due": 1.0, "referring": (units["leads"] > 0).astype(float), "leads": units["leads"]}
        units = units.assign(**columns, refers_now=units["own_leads"] > 0)
        units[list(columns)] = units[list(columns)].where(is_whole)
        self.kpis.add("customer_referral_rate", units, _referring, window=FINAL, has_customers=True)

        # A partner's leads are the company's alone (R13).
        found["month"] = [self.settings.month_of(at) for at in found["at"]]
        found = judged(found, found["at"] + WINDOW <= self.settings.end, found["in_time"])
        partners = found[found["customer"] < 0].assign(place=self.kpis.place("all")["all"])
        placed = pd.concat([self.kpis.placed(found[found["customer"] >= 0]), partners])
        self.kpis.add_placed("referral_conversion_rate", placed, rate, window=90, has_customers=True)

    def _introductions(self) -> None:
        """Whom we asked in three months; partners are no customers."""
        asks = self._trailing(judged_asks(self.done.asks), 3)
        own = asks[asks["customer"] >= 0]
        first = self.done.asks["at"].min()
        units = self._counted(own, first, asks="counted", accepted="accepted", repeats="is_repeat")
        units = judged(units[units["month"] >= self._since(first, 3)], True, units["asks"] > 0)
        partners = asks.loc[(asks["customer"] < 0) & asks["counted"], ["month", "contact"]]
        partners = judged(partners, False, False).assign(place=self.kpis.place("all")["all"], is_pending=False)
        placed = pd.concat([self.kpis.placed(units), partners.rename(columns={"contact": "partner"})])
        self.kpis.add_placed("warm_introduction_offer_rate", placed, _asked, window=FINAL, has_customers=True)

    def _acts(self) -> None:
        acts = self.done.acts
        acts = self._trailing(acts.assign(one=1, **{kind: acts["kind"] == kind for kind in ACTS}), 12)
        first = self.done.acts["at"].min()
        units = self._counted(acts, first, acts="one", **{kind: kind for kind in ACTS})
        units = judged(units[units["month"] >= self._since(first, 12)], True, units["acts"] > 0)
        units["is_overused"] = units["acts"] > OVERUSED
        self.kpis.add("advocacy_activity", units, _speaking, window=FINAL, has_customers=True)

    def _rewards(self) -> None:
        """Kinds are never added up: the headline is that of coupons."""
        units = self.done.units[self.done.units["voided"].isna()]
        until = (units["at"] + WINDOW).where(~(units["expires"] < units["at"] + WINDOW), units["expires"])
        is_due = until <= self.settings.end
        columns = {}
        for kind in ("coupon", "reward", "points"):
            is_kind = units["kind"] == kind
            columns[f"{kind}_issued"] = units["qty"].where(is_kind & is_due, 0)
            columns[f"{kind}_redeemed"] = units["qty"].where(is_kind & is_due & (units["redeemed"] <= until), 0)
            columns[f"{kind}_lots"], columns[f"{kind}_pending"] = is_kind & is_due, is_kind & ~is_due
        month = [self.settings.month_of(at) for at in units["at"]]
        self.kpis.add("redemption_rate", units[["customer"]].assign(month=month, **columns), _redeemed, window=90)


def _referring(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    known = total(groups, "due")
    return ratio(total(groups, "referring"), known) | {
        "sample_size": known,
        "n_pending": 0 * groups.size(),
        "month_value": groups["refers_now"].mean(),
        "leads": total(groups, "leads"),
    }


def _asked(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    asks = groups["asks"].sum()
    return rate(groups) | {
        "asks": asks,
        "acceptance_rate": share(groups["accepted"].sum(), asks),
        "repeated_asks": groups["repeats"].sum(),
        "partners_asked": groups["partner"].nunique(),
    }


def _speaking(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    acts = {f"{kind}_acts": groups[kind].sum() for kind in ACTS}
    return rate(groups) | acts | {"overused_customers": groups["is_overused"].sum()}


def _participating(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    return rate(groups) | {"enrolled_rate": groups["is_enrolled"].mean()}


def _redeemed(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    sums = {
        name: groups[name].sum()
        for kind in ("reward", "points")
        for name in (f"{kind}_redeemed", f"{kind}_issued", f"{kind}_lots", f"{kind}_pending")
    }
    headline = ratio(groups["coupon_redeemed"].sum(), groups["coupon_issued"].sum())
    counts = {"sample_size": groups["coupon_lots"].sum(), "n_pending": groups["coupon_pending"].sum()}
    return headline | counts | sums
