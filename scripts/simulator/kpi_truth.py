"""The true values of KPIs, from what tickets, contracts and customers' months are in the simulator's own state.

Each KPI is a frame of units (customer, month, breakdown and what is added up) and what is made of a group of them. Groups are
the company, the regions and, where a KPI has such rows, the customers. Only customers of the spine count (R4).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pandas as pd

from .ledger import Ledger
from .settings import Settings
from .world import World

Measures = Callable[[pd.DataFrame], dict[str, float | None]]
LIVE = ("voice", "chat")
DAY = 86400


class KpiTruth:
    """`months`: customer (its number) and end (a month's number) with movements and closing MRR, as truth.py states them."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger, months: pd.DataFrame) -> None:
        self.settings, self.world = settings, world
        is_internal = (world.customers["kind"] == "internal").to_numpy()
        self.months = months.drop(columns="month")[~is_internal[months["customer"]]].rename(columns={"end": "month"})
        self.spine = self._spine(ledger, is_internal)
        self.first_spine_month = self.spine.groupby("customer")["month"].min()
        self.first_month = min(settings.month_of(one.created) for one in ledger.subscriptions)
        names = world.names(world.customers.index)
        named = pd.Series(names["salesforce_account_id"]).fillna(pd.Series(names["stripe_customer_id"]))
        region = world.customers["region"].where(world.customers["in_crm"], "(unknown)")
        self.groups = {"all": np.full(len(named), "all"), "region": region.to_numpy(), "customer": named.to_numpy()}
        self.found: list[tuple] = []

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
        columns = ["kpi_id", "month", "segment_type", "segment", "breakdown", "measure", "amount"]
        return pd.DataFrame(self.found, columns=columns)

    def _state(self, kpi: str, units: pd.DataFrame, measures: Measures, has_customers: bool = False) -> None:
        """Adds the KPI's numbers by group; a group without units says nothing."""
        for segment_type in ("all", "region", *(["customer"] if has_customers else [])):
            segment = self.groups[segment_type][units["customer"]]
            for (label, breakdown, month), group in units.groupby([segment, "breakdown", "month"]):
                numbers = measures(group)
                if numbers["sample_size"] + numbers["n_pending"] == 0:
                    continue
                start = self.settings.month_starts[month].date()
                self.found += [
                    (kpi, start, segment_type, label, breakdown, name, float(amount))
                    for name, amount in numbers.items()
                    if amount is not None and not np.isnan(amount)
                ]

    # --- support --------------------------------------------------------------------------------------

    def add_support(self, facts: list[dict]) -> None:
        """`facts`: what SupportTruth remembers of each ticket."""
        tickets = pd.DataFrame(facts)
        for name in ("created", "reply", "reply_due", "first_solved", "last_solved", "first_reopened"):
            tickets[name] = pd.to_datetime(tickets[name])
        for name in ("second_contact_answered", "tier_moved", "left_first_tier", "escalated"):
            tickets[name] = pd.to_datetime(tickets[name])
        filed, end = self._filed, self.settings.end

        def rate(units: pd.DataFrame) -> dict:
            due = units[units["is_due"]]
            numerator, denominator = due["is_success"].sum(), len(due)
            return _ratio(numerator, denominator) | {"sample_size": denominator, "n_pending": len(units) - denominator}

        created = filed(tickets, "created")
        within = timedelta(days=30)
        for kpi, moved, where in (
            ("escalation_rate", "escalated", created["tier"] > 0),
            ("tier_escalation_rate", "left_first_tier", created["tier"] == 1),
        ):
            units = created[where]
            units = units.assign(
                is_due=units["created"] + within <= end, is_success=units[moved] <= units["created"] + within
            )
            self._state(kpi, units, rate)

        mail = created[~created["channel"].isin(LIVE)]
        units = mail.assign(is_due=mail["reply_due"] <= end, is_success=mail["reply"] <= mail["reply_due"])
        self._state("sla_attainment", pd.concat([units, units.assign(breakdown=units["level"])]), rate)

        within = timedelta(days=14)
        units = mail.assign(
            is_due=mail["created"] + within <= end, is_success=mail["reply"] <= mail["created"] + within
        )
        self._state("first_response_time", units, _first_response)

        solved = filed(tickets, "first_solved")
        self._state("resolution_time", solved, _resolution)
        within = timedelta(days=7)
        closes = solved["first_solved"] + within
        units = solved.assign(
            is_due=closes <= end,
            is_success=~(
                ((solved["second_contact_answered"] <= closes) & ~solved["channel"].isin(LIVE))
                | (solved["tier_moved"] <= closes)
                | (solved["first_reopened"] <= closes)
                | solved["ticket"].isin(_asked_again(tickets, within))
            ),
        )
        self._state("first_contact_resolution", units[units["reply"] <= units["first_solved"]], rate)

        units = filed(tickets, "last_solved")
        units = units.assign(is_due=units["last_solved"] + timedelta(days=28) <= end)
        self._state("time_to_resolution", units, _full_resolution)

        self._categories(created)
        self._backlog(tickets)

    def _filed(self, tickets: pd.DataFrame, at: str) -> pd.DataFrame:
        """Tickets of customers of the spine by the month of a time that they have."""
        rows = tickets[tickets[at].notna()]
        rows = rows.assign(month=[self.settings.month_of(moment) for moment in rows[at]], breakdown="all")
        return rows.merge(self.spine, on=["customer", "month"])

    def _categories(self, created: pd.DataFrame) -> None:
        def share(category: str) -> Measures:
            return lambda units: (
                _ratio((units["category"] == category).sum(), len(units)) | {"sample_size": len(units), "n_pending": 0}
            )

        self._state("ticket_category_mix", created, share("unclassified"))
        for category in created["category"].unique():
            self._state("ticket_category_mix", created.assign(breakdown=category), share(category))

    def _backlog(self, tickets: pd.DataFrame) -> None:
        """A row per customer-month, and one per ticket that is open at its end."""
        known = self.spine[self.spine["month"] >= self.settings.month_of(tickets["created"].min())]
        ends = [*self.settings.month_starts[1:], self.settings.end]
        opened = [
            (row.customer, month, (ends[month] - row.created).total_seconds(), row.level)
            for row in tickets.itertuples()
            for since, until in row.spells
            for month in range(self.settings.month_of(since), self.settings.months)
            if until is None or until >= ends[month]
        ]
        columns = ["customer", "month", "age", "level"]
        opened = pd.DataFrame(opened, columns=columns).merge(self.spine, on=["customer", "month"])
        units = pd.concat([known.assign(is_ticket=False), opened.assign(is_ticket=True)]).assign(breakdown="all")

        def stock(units: pd.DataFrame) -> dict:
            ages = units.loc[units["is_ticket"], "age"]
            return {
                "numerator": len(ages),
                "value": len(ages),
                "sample_size": len(units) - len(ages),
                "n_pending": 0,
                "median_age_days": ages.median() / DAY,
                "tickets_over_7_days": (ages > 7 * DAY).sum(),
                "oldest_p1_days": units.loc[units["level"] == "P1", "age"].max() / DAY
                if (units["level"] == "P1").any()
                else 0,
            }

        self._state("open_ticket_backlog", units, stock, has_customers=True)

    # --- revenue --------------------------------------------------------------------------------------

    def add_revenue(self, renewals: pd.DataFrame) -> None:
        """`renewals`: one row per contract due, as contracts.py states them."""
        months = self.months.assign(
            breakdown="all",
            gained=self.months["new"] + self.months["reactivation"] + self.months["expansion"],
            lost=self.months["churn"] + self.months["contraction"],
        )
        self._state("quick_ratio", _trailing(months, 3, self.settings.months), self._quick_ratio)
        grown = _trailing(months[months["expansion"] > 0], 12, self.settings.months)
        self._state("average_revenue_per_expansion_account", grown, self._per_expansion)
        paying = months[months["closing"] > 0]
        cohort = paying.groupby("customer").agg(start=("month", "first"), at_start=("closing", "first"))
        followed = months.merge(cohort, on="customer")
        followed["age"] = followed["month"] - followed["start"]
        units = [followed[followed["age"] == 12], followed.assign(breakdown=followed["age"].astype(str))]
        self._state("cohort_retention", pd.concat(units), _cohort)
        due = renewals[~renewals["is_superseded"]].assign(breakdown="all")
        due["month"] = [self.settings.month_of(pd.Timestamp(month)) for month in due["month"]]
        since = due["customer"].map(self.first_spine_month)
        self._state("customer_renewal_rate", due[since <= due["month"]], _renewal)

    def _quick_ratio(self, units: pd.DataFrame) -> dict:
        own = units[units["is_own"]]
        gained, lost = own["gained"].sum(), own["lost"].sum()
        is_known = units["shown_in"].iloc[0] >= self.first_month + 2
        return _ratio(gained, lost) | {
            "sample_size": ((own["gained"] > 0) | (own["lost"] > 0)).sum(),
            "n_pending": 0,
            "is_no_loss": gained > 0 and lost == 0,
            "trailing_3m_value": _ratio(units["gained"].sum(), units["lost"].sum())["value"] if is_known else None,
            "net_new_mrr_amount": gained - lost,
            "arr_amount": 12 * own["closing"].sum(),
            "opening_mrr_amount": own["opening"].sum(),
            "opening_customers": (own["opening"] > 0).sum(),
        }

    def _per_expansion(self, units: pd.DataFrame) -> dict:
        own = units[units["is_own"]]
        is_known = units["shown_in"].iloc[0] >= self.first_month + 11
        trailing = _ratio(units["expansion"].sum(), units["customer"].nunique())["value"]
        return _ratio(own["expansion"].sum(), len(own)) | {
            "sample_size": len(own),
            "n_pending": 0,
            "trailing_12m_value": trailing if is_known else None,
            "total_mrr_per_expansion_account": _ratio(own["closing"].sum(), len(own))["value"],
        }


def _ratio(numerator: float, denominator: float) -> dict[str, float | None]:
    value = numerator / denominator if denominator else None
    return {"numerator": numerator, "denominator": denominator, "value": value}


def _first_response(units: pd.DataFrame) -> dict:
    answered = units[units["is_due"] & units["is_success"]]
    hours = answered["first_reply_seconds"].astype(float) / 3600
    return {
        "numerator": hours.sum(),
        "denominator": len(hours),
        "value": hours.median(),
        "sample_size": len(hours),
        "n_pending": (~units["is_due"]).sum(),
        "mean_hours": hours.mean(),
        "p90_hours": hours.quantile(0.9),
        "unanswered_tickets": (units["is_due"] & ~units["is_success"]).sum(),
    }


def _resolution(units: pd.DataFrame) -> dict:
    hours = units["first_solve_seconds"].astype(float) / 3600
    return {
        "numerator": hours.sum(),
        "denominator": len(hours),
        "value": hours.median(),
        "sample_size": len(hours),
        "n_pending": 0,
        "mean_hours": hours.mean(),
        "p90_hours": hours.quantile(0.9),
    }


def _full_resolution(units: pd.DataFrame) -> dict:
    due = units[units["is_due"]]
    hours = due["last_solve_seconds"].astype(float) / 3600
    return _ratio(hours.sum(), len(hours)) | {
        "sample_size": len(hours),
        "n_pending": len(units) - len(hours),
        "median_hours": hours.median(),
        "reopened_tickets": (due["reopens"] > 0).sum(),
    }


def _asked_again(tickets: pd.DataFrame, within: timedelta) -> set[str]:
    """Tickets whose requester raises another one of their category soon after their first solution."""
    known = tickets.loc[
        tickets["category"] != "unclassified", ["ticket", "requester", "category", "created", "first_solved"]
    ]
    pairs = known.merge(known, on=["requester", "category"], suffixes=("", "_other"))
    is_after = pairs["created_other"] > pairs["first_solved"]
    return set(pairs.loc[is_after & (pairs["created_other"] <= pairs["first_solved"] + within), "ticket"])


def _trailing(months: pd.DataFrame, length: int, until: int) -> pd.DataFrame:
    """Every row in its own month and in those after it that look back so far."""
    shown = [months.assign(month=months["month"] + later, is_own=later == 0) for later in range(length)]
    rows = pd.concat(shown)
    return rows[rows["month"] < until].assign(shown_in=lambda frame: frame["month"])


def _cohort(units: pd.DataFrame) -> dict:
    mrr, at_start = units["closing"].sum(), units["at_start"].sum()
    return _ratio((units["closing"] > 0).sum(), len(units)) | {
        "sample_size": len(units),
        "n_pending": 0,
        "age_months": units["age"].iloc[0],
        "cohort_mrr_amount": at_start,
        "mrr_amount": mrr,
        "mrr_value": mrr / at_start,
    }


def _renewal(units: pd.DataFrame) -> dict:
    due = units[units["is_final"]]
    arr, kept = due["arr_usd"], np.minimum(due["arr_usd"], due["shared_arr_usd"])
    return _ratio(due["is_renewed"].sum(), len(due)) | {
        "sample_size": len(due),
        "n_pending": len(units) - len(due),
        "on_time_value": _ratio(due["is_on_time"].sum(), len(due))["value"],
        "gross_value": _ratio(kept.sum(), arr.sum())["value"],
        "net_value": _ratio(due["shared_arr_usd"].sum(), arr.sum())["value"],
        "by_customer_value": _ratio(due.loc[due["is_renewed"], "customer"].nunique(), due["customer"].nunique())[
            "value"
        ],
        "due_arr_amount": arr.sum() if len(due) else None,
        "kept_arr_amount": kept.sum() if len(due) else None,
        "renewed_arr_amount": due["shared_arr_usd"].sum() if len(due) else None,
        "due_customers": due["customer"].nunique(),
    }
