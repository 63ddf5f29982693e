"""The true values of KPIs, from what tickets, contracts and customers' months are in the simulator's own state.

Each KPI is a frame of units (customer, month, breakdown and what is added up) and what is made of groups of them. Groups are
the company, the regions and, where a KPI has such rows, the customers. Only customers of the spine count (R4).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .ledger import Ledger
from .settings import Settings
from .world import World

Measures = Callable[[DataFrameGroupBy], dict[str, pd.Series]]
LIVE = ("voice", "chat")
MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn")
DAY = 86400
TIMES = (
    "created", "reply", "reply_due", "first_solved", "last_solved", "first_reopened", "second_contact_answered", "tier_moved",
    "left_first_tier", "escalated",
)  # fmt: skip


class KpiTruth:
    """`months`: customer (its number) and end (a month's number) with movements and closing MRR, as truth.py states them."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger, months: pd.DataFrame) -> None:
        self.settings, self.world = settings, world
        is_internal = (world.customers["kind"] == "internal").to_numpy()
        months = months.drop(columns="month")[~is_internal[months["customer"]]]
        self.months = months.rename(columns={"end": "month"})
        self.spine = self._spine(ledger, is_internal)
        self.first_spine_month = self.spine.groupby("customer")["month"].min()
        self.first_month = min(settings.month_of(one.created) for one in ledger.subscriptions)
        names = world.names(world.customers.index)
        named = pd.Series(names["salesforce_account_id"]).fillna(pd.Series(names["stripe_customer_id"]))
        region = world.customers["region"].where(world.customers["in_crm"], "(unknown)")
        self.groups = {"all": np.full(len(named), "all"), "region": region.to_numpy(), "customer": named.to_numpy()}
        self.found: list[pd.DataFrame] = []

    def _spine(self, ledger: Ledger, is_internal: np.ndarray) -> pd.DataFrame:
        """customer and month: paying at its end or its start, or served in it."""
        paying = self.months.loc[self.months["closing"] > 0, ["customer", "month"]]
        served = [
            (spell.customer, self.settings.month_of(spell.start))
            for spell in ledger.spells
            if spell.start < self.settings.end and not is_internal[spell.customer]
        ]
        served = pd.DataFrame(served, columns=["customer", "month"])
        rows = pd.concat([paying, paying.assign(month=paying["month"] + 1), served]).drop_duplicates()
        return rows[rows["month"] < self.settings.months]

    def table(self) -> pd.DataFrame:
        starts = np.array([start.date() for start in self.settings.month_starts])
        rows = pd.concat(self.found, ignore_index=True)
        return rows.assign(month=starts[rows["month"].astype("int64")])

    def _state(self, kpi: str, units: pd.DataFrame, measures: Measures, has_customers: bool = False) -> None:
        """Adds the KPI's numbers by group; a group in which no unit counts or is pending says nothing."""
        for segment_type in ("all", "region", *(["customer"] if has_customers else [])):
            segment = pd.Series(self.groups[segment_type][units["customer"]], index=units.index, name="segment")
            numbers = pd.DataFrame(measures(units.groupby([segment, "breakdown", "month"]))).astype(float)
            numbers = numbers[numbers["sample_size"] + numbers["n_pending"] > 0]
            numbers = numbers.rename_axis(columns="measure").stack().dropna().rename("amount").reset_index()
            self.found.append(numbers.assign(kpi_id=kpi, segment_type=segment_type))

    # --- support --------------------------------------------------------------------------------------

    def add_support(self, facts: list[dict]) -> None:
        """`facts`: what SupportTruth remembers of each ticket."""
        tickets = pd.DataFrame(facts)
        tickets[list(TIMES)] = tickets[list(TIMES)].apply(pd.to_datetime)
        seconds = ("first_reply_seconds", "first_solve_seconds", "last_solve_seconds")
        tickets[list(seconds)] = tickets[list(seconds)].astype(float)
        created, end = self._filed(tickets, "created"), self.settings.end
        for kpi, moved, rows in (
            ("escalation_rate", "escalated", created),
            ("tier_escalation_rate", "left_first_tier", created[created["tier"] == 1]),
        ):
            closes = rows["created"] + timedelta(days=30)
            self._state(kpi, _judged(rows, closes <= end, rows[moved] <= closes), _rate)

        mail = created[~created["channel"].isin(LIVE)]
        judged = _judged(mail, mail["reply_due"] <= end, mail["reply"] <= mail["reply_due"])
        self._state(
            "sla_attainment", pd.concat([judged, judged.assign(breakdown=judged["level"])], ignore_index=True), _rate
        )
        closes = mail["created"] + timedelta(days=14)
        judged = _judged(mail, closes <= end, mail["reply"] <= closes)
        self._state("first_response_time", judged.assign(hours=_hours(judged, "first_reply_seconds")), _first_response)

        solved = self._filed(tickets, "first_solved")
        self._state("resolution_time", solved.assign(hours=solved["first_solve_seconds"] / 3600), _resolution)
        closes = solved["first_solved"] + timedelta(days=7)
        came_back = (
            ((solved["second_contact_answered"] <= closes) & ~solved["channel"].isin(LIVE))
            | (solved["tier_moved"] <= closes)
            | (solved["first_reopened"] <= closes)
            | solved["ticket"].isin(_asked_again(tickets, timedelta(days=7)))
        )
        judged = _judged(solved, closes <= end, ~came_back)
        self._state("first_contact_resolution", judged[judged["reply"] <= judged["first_solved"]], _rate)

        settled = self._filed(tickets, "last_solved")
        is_due = settled["last_solved"] + timedelta(days=28) <= end
        judged = _judged(settled, is_due, settled["reopens"] > 0)
        self._state("time_to_resolution", judged.assign(hours=_hours(judged, "last_solve_seconds")), _full_resolution)
        self._categories(created)
        known = self.spine[self.spine["month"] >= self.settings.month_of(tickets["created"].min())].assign(
            breakdown="all"
        )
        self._volume(created, known)
        self._backlog(tickets, known)

    def _filed(self, tickets: pd.DataFrame, at: str) -> pd.DataFrame:
        """Tickets of customers of the spine by the month of a time that they have."""
        rows = tickets[tickets[at].notna()]
        rows = rows.assign(month=[self.settings.month_of(moment) for moment in rows[at]], breakdown="all")
        return rows.merge(self.spine, on=["customer", "month"])

    def _categories(self, created: pd.DataFrame) -> None:
        shares = {"all": "unclassified"} | {category: category for category in created["category"].unique()}
        rows = [
            _judged(created, True, created["category"] == category).assign(breakdown=breakdown)
            for breakdown, category in shares.items()
        ]
        self._state("ticket_category_mix", pd.concat(rows, ignore_index=True), _rate)

    def _volume(self, created: pd.DataFrame, known: pd.DataFrame) -> None:
        """A row per customer-month, also in each channel that it used, and one per ticket."""
        by_channel = created.assign(breakdown=created["channel"])
        users = by_channel[["customer", "month", "breakdown"]].drop_duplicates()
        members, tickets = pd.concat([known, users]), pd.concat([created, by_channel])
        units = [members.assign(is_ticket=False), tickets.assign(is_ticket=True)]
        self._state("ticket_volume", pd.concat(units, ignore_index=True), _volume)

    def _backlog(self, tickets: pd.DataFrame, known: pd.DataFrame) -> None:
        """`known`: a row per customer-month; beside it one per ticket that is open at its end."""
        month_of, months = self.settings.month_of, self.settings.months
        ends = [*self.settings.month_starts[1:], self.settings.end]
        opened = [
            (customer, month, (ends[month] - created).total_seconds(), level)
            for customer, created, level, spells in zip(
                tickets["customer"],
                tickets["created"].dt.to_pydatetime(),
                tickets["level"],
                tickets["spells"],
                strict=True,
            )
            for since, until in spells
            for month in range(month_of(since), month_of(until) if until else months)
        ]
        opened = pd.DataFrame(opened, columns=["customer", "month", "age", "level"])
        opened["p1_age"] = opened["age"].where(opened["level"] == "P1", 0.0)
        opened["is_old"] = opened["age"] > 7 * DAY
        opened = opened.merge(self.spine, on=["customer", "month"]).assign(breakdown="all")
        units = [known.assign(is_ticket=False, is_old=False, p1_age=0.0), opened.assign(is_ticket=True)]
        units = pd.concat(units, ignore_index=True)
        self._state("open_ticket_backlog", units, _stock, has_customers=True)

    # --- revenue --------------------------------------------------------------------------------------

    def add_revenue(self, renewals: pd.DataFrame) -> None:
        """`renewals`: one row per contract due, as contracts.py states them."""
        months = self.months.assign(breakdown="all")
        months["gained"] = months["new"] + months["reactivation"] + months["expansion"]
        months["lost"] = months["churn"] + months["contraction"]
        self._movements(months)
        self._retention(months)
        self._state("quick_ratio", self._trailing(months, 3), _quick_ratio)
        grown = self._trailing(months[months["expansion"] > 0], 12)
        self._state("average_revenue_per_expansion_account", grown, _per_expansion)

        paying = months[months["closing"] > 0]
        cohorts = paying.groupby("customer").agg(start=("month", "first"), at_start=("closing", "first"))
        followed = months.merge(cohorts, on="customer")
        followed["age"] = followed["month"] - followed["start"]
        followed = _judged(followed, True, followed["closing"] > 0)
        units = [followed[followed["age"] == 12], followed.assign(breakdown=followed["age"].astype(str))]
        self._state("cohort_retention", pd.concat(units, ignore_index=True), _cohort)

        due = renewals[~renewals["is_superseded"]].assign(breakdown="all")
        due["month"] = [self.settings.month_of(pd.Timestamp(month)) for month in due["month"]]
        due = due[due["customer"].map(self.first_spine_month) <= due["month"]]
        due = _judged(due, due["is_final"], due["is_renewed"])
        due["on_time"] = due["is_due"] & due["is_on_time"]
        due["arr"] = due["arr_usd"].where(due["is_due"])
        due["renewed"] = due["shared_arr_usd"].where(due["is_due"])
        due["kept"] = due[["arr", "renewed"]].min(axis=1)
        due["due_customer"] = due["customer"].where(due["is_due"])
        due["renewed_customer"] = due["customer"].where(due["is_success"])
        self._state("customer_renewal_rate", due, _renewal)

    def _movements(self, months: pd.DataFrame) -> None:
        """A row per customer-month of the spine, and one per movement in it."""
        spine = self.spine.merge(months, how="left", on=["customer", "month"]).fillna(
            {"breakdown": "all", "reason": ""}
        )
        spine = spine.fillna(0.0).assign(amount=lambda rows: rows["closing"])
        moved = [
            spine[spine[name] > 0].assign(breakdown=name, amount=lambda rows, name=name: rows[name])
            for name in MOVEMENTS
        ]
        self._state("mrr_movements", pd.concat([spine, *moved], ignore_index=True), _chain)
        spine["is_growing"] = spine["expansion"] > 0
        self._state("expansion_revenue", spine, _expansion)
        paying = _judged(months[months["closing"] > 0], True, True)
        self._state("average_revenue_per_account", paying, _per_account)
        opened = _judged(months[months["opening"] > 0], True, months["churn"] > 0)
        opened["is_paused"] = opened["is_success"] & (opened["reason"] == "pause")
        self._state("customer_churn_rate", opened, _churn)

    def _retention(self, months: pd.DataFrame) -> None:
        """What became of those who paid a year and a month ago; who left is 0."""
        found = []
        paid = (months["closing"] > 0).astype(int)
        for back in (12, 1):
            then = months.loc[months["closing"] > 0, ["customer", "month", "closing"]]
            now = months.assign(paid=paid.groupby(months["customer"]).rolling(back).sum().droplevel(0))
            rows = then.assign(month=then["month"] + back).merge(now, on=["customer", "month"], suffixes=("_then", ""))
            kept = rows[["closing_then", "closing"]].min(axis=1)
            is_kept = rows["closing"] > 0
            columns = {
                "d": rows["closing_then"],
                "n": rows["closing"],
                "g": kept,
                "l": is_kept.astype(float),
                "one": 1.0,
            }
            found.append(
                rows[["customer", "month", "breakdown"]].assign(
                    **{f"{name}{back}": column for name, column in columns.items()},
                    is_cohort=back == 12,
                    was_interrupted=is_kept & (rows["paid"] < back) & (back == 12),
                )
            )
        rows = pd.concat(found, ignore_index=True)
        for kpi, name, base in (
            ("net_revenue_retention", "n", "d"),
            ("gross_revenue_retention", "g", "d"),
            ("logo_retention_rate", "l", "one"),
        ):
            self._state(kpi, rows, partial(_kept, name=name, base=base))

    def _trailing(self, months: pd.DataFrame, length: int) -> pd.DataFrame:
        """Every row in its own month and in those after it that look back so far; `own_…` is that month's alone, `then_…` counts
        where so many months are known."""
        shown = [months.assign(month=months["month"] + later, is_own=later == 0) for later in range(length)]
        rows = pd.concat(shown, ignore_index=True)
        rows = rows[rows["month"] < self.settings.months].copy()
        for name in ("gained", "lost", "expansion", "opening", "closing"):
            rows[f"own_{name}"] = rows[name].where(rows["is_own"])
            rows[f"then_{name}"] = rows[name].where(rows["month"] >= self.first_month + length - 1)
        rows["has_moved"] = rows["is_own"] & ((rows["gained"] > 0) | (rows["lost"] > 0))
        rows["was_paying"] = rows["is_own"] & (rows["opening"] > 0)
        rows["then_customer"] = rows["customer"].where(rows["then_closing"].notna())
        return rows


def _judged(rows: pd.DataFrame, is_due: pd.Series | bool, is_success: pd.Series) -> pd.DataFrame:
    """Units by whether their window has closed (R10); a success counts only then."""
    rows = rows.assign(is_due=is_due)
    return rows.assign(is_success=is_success & rows["is_due"], is_pending=~rows["is_due"].astype(bool))


def _hours(judged: pd.DataFrame, seconds: str) -> pd.Series:
    counts = judged["is_success"] if seconds == "first_reply_seconds" else judged["is_due"]
    return judged[seconds].where(counts) / 3600


def _ratio(numerator: pd.Series, denominator: pd.Series) -> dict[str, pd.Series]:
    return {
        "numerator": numerator,
        "denominator": denominator,
        "value": numerator / denominator.where(denominator != 0),
    }


def _rate(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    due = groups["is_due"].sum()
    return _ratio(groups["is_success"].sum(), due) | {"sample_size": due, "n_pending": groups["is_pending"].sum()}


def _first_response(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    hours = groups["hours"]
    return {
        "numerator": hours.sum(min_count=1),
        "denominator": hours.count(),
        "value": hours.median(),
        "sample_size": hours.count(),
        "n_pending": groups["is_pending"].sum(),
        "mean_hours": hours.mean(),
        "p90_hours": hours.quantile(0.9),
        "unanswered_tickets": groups["is_due"].sum() - groups["is_success"].sum(),
    }


def _resolution(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    hours = groups["hours"]
    return {
        "numerator": hours.sum(),
        "denominator": hours.count(),
        "value": hours.median(),
        "sample_size": hours.count(),
        "n_pending": 0 * hours.count(),
        "mean_hours": hours.mean(),
        "p90_hours": hours.quantile(0.9),
    }


def _full_resolution(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    hours = groups["hours"]
    return _ratio(hours.sum(min_count=1), hours.count()) | {
        "sample_size": hours.count(),
        "n_pending": groups["is_pending"].sum(),
        "median_hours": hours.median(),
        "reopened_tickets": groups["is_success"].sum(),
    }


def _volume(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    tickets = groups["is_ticket"].sum()
    return _sum_of_units(tickets, groups.size() - tickets)


def _stock(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    opened = groups["is_ticket"].sum()
    return _sum_of_units(opened, groups.size() - opened) | {
        "median_age_days": groups["age"].median() / DAY,
        "tickets_over_7_days": groups["is_old"].sum(),
        "oldest_p1_days": groups["p1_age"].max() / DAY,
    }


def _asked_again(tickets: pd.DataFrame, within: timedelta) -> pd.Series:
    """Tickets whose requester raises another one of their category soon after their first solution."""
    columns = ["ticket", "requester", "category", "created", "first_solved"]
    known = tickets.loc[tickets["category"] != "unclassified", columns]
    pairs = known.merge(known, on=["requester", "category"], suffixes=("", "_other"))
    is_after = pairs["created_other"] > pairs["first_solved"]
    return pairs.loc[is_after & (pairs["created_other"] <= pairs["first_solved"] + within), "ticket"]


def _quick_ratio(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    gained, lost = (groups[f"own_{name}"].sum(min_count=1) for name in ("gained", "lost"))
    return _ratio(gained, lost) | {
        "sample_size": groups["has_moved"].sum(),
        "n_pending": 0 * gained,
        "is_no_loss": (gained > 0) & (lost == 0),
        "trailing_3m_value": _ratio(groups["then_gained"].sum(), groups["then_lost"].sum())["value"],
        "net_new_mrr_amount": gained - lost,
        "arr_amount": 12 * groups["own_closing"].sum(),
        "opening_mrr_amount": groups["own_opening"].sum(),
        "opening_customers": groups["was_paying"].sum(),
    }


def _per_expansion(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    own = groups["own_expansion"].count()
    return _ratio(groups["own_expansion"].sum(), own) | {
        "sample_size": own,
        "n_pending": 0 * own,
        "trailing_12m_value": _ratio(groups["then_expansion"].sum(), groups["then_customer"].nunique())["value"],
        "total_mrr_per_expansion_account": _ratio(groups["own_closing"].sum(), own)["value"],
    }


def _sum_of_units(amount: pd.Series, units: pd.Series) -> dict[str, pd.Series]:
    return {"numerator": amount, "value": amount, "sample_size": units, "n_pending": 0 * units}


def _chain(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    amounts = {f"{name}_mrr_amount": groups[name].sum() for name in ("opening", *MOVEMENTS)}
    return _sum_of_units(groups["amount"].sum(), groups.size()) | amounts


def _expansion(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    drivers = {
        f"{name}_mrr_amount": groups[name].sum() for name in ("opening", "upsell", "seat", "cross_sell", "price")
    }
    growing = {"expanding_customers": groups["is_growing"].sum()}
    return _sum_of_units(groups["expansion"].sum(), groups.size()) | drivers | growing


def _per_account(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    numbers = _rate(groups) | _ratio(groups["closing"].sum(), groups.size())
    return numbers | {"annual_value": 12 * numbers["value"]}


def _churn(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    numbers = _rate(groups)
    paused = groups["is_paused"].sum()
    return numbers | {"annualised_value": 1 - (1 - numbers["value"]) ** 12, "paused_customers": paused}


def _kept(groups: DataFrameGroupBy, name: str, base: str) -> dict[str, pd.Series]:
    year, month = (
        _ratio(groups[f"{name}{back}"].sum(min_count=1), groups[f"{base}{back}"].sum(min_count=1)) for back in (12, 1)
    )
    cohort = groups["is_cohort"].sum()
    interrupted = {"interrupted_customers": groups["was_interrupted"].sum()} if name == "l" else {}
    return year | {"sample_size": cohort, "n_pending": 0 * cohort, "monthly_value": month["value"]} | interrupted


def _cohort(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    mrr, at_start = groups["closing"].sum(), groups["at_start"].sum()
    return _rate(groups) | {
        "age_months": groups["age"].first(),
        "cohort_mrr_amount": at_start,
        "mrr_amount": mrr,
        "mrr_value": mrr / at_start,
    }


def _renewal(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    due = groups["is_due"].sum()
    arr, kept, renewed = (groups[name].sum(min_count=1) for name in ("arr", "kept", "renewed"))
    customers = groups["due_customer"].nunique()
    return _rate(groups) | {
        "on_time_value": _ratio(groups["on_time"].sum(), due)["value"],
        "gross_value": _ratio(kept, arr)["value"],
        "net_value": _ratio(renewed, arr)["value"],
        "by_customer_value": _ratio(groups["renewed_customer"].nunique(), customers)["value"],
        "due_arr_amount": arr,
        "kept_arr_amount": kept,
        "renewed_arr_amount": renewed,
        "due_customers": customers,
    }
