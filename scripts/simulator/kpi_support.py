"""The truth of the KPIs of support, from what SupportTruth remembers of each ticket. Only tickets of customers of the spine count (R4)."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .kpis import Kpis, amount, judged, rate, ratio, total
from .settings import Settings

LIVE = ("voice", "chat")
DAY = 86400
TIMES = (
    "created", "reply", "reply_due", "first_solved", "last_solved", "first_reopened", "second_contact_answered", "tier_moved",
    "left_first_tier", "escalated",
)  # fmt: skip
SECONDS = ("first_reply_seconds", "first_solve_seconds", "first_wait_seconds", "last_solve_seconds")


class SupportKpis:
    def __init__(self, settings: Settings, kpis: Kpis, spine: pd.DataFrame, facts: list[dict]) -> None:
        """`facts`: what SupportTruth remembers of each ticket."""
        self.settings, self.kpis, self.spine = settings, kpis, spine[["customer", "month"]]
        tickets = pd.DataFrame(facts)
        tickets[list(TIMES)] = tickets[list(TIMES)].apply(pd.to_datetime)
        tickets[list(SECONDS)] = tickets[list(SECONDS)].astype(float)
        self.tickets = tickets
        self.created, self.solved = self._filed("created"), self._filed("first_solved")
        # Before the first ticket nothing is known; from its month on a customer without tickets has none.
        first = settings.month_of(tickets["created"].min())
        self.known = self.spine[self.spine["month"] >= first].assign(breakdown="all")

    def add(self, users: pd.DataFrame) -> None:
        """`users`: active users by customer and month, from when users are recorded on."""
        created, end = self.created, self.settings.end
        for kpi, moved, rows in (
            ("escalation_rate", "escalated", created),
            ("tier_escalation_rate", "left_first_tier", created[created["tier"] == 1]),
        ):
            closes = rows["created"] + timedelta(days=30)
            self.kpis.add(kpi, judged(rows, closes <= end, rows[moved] <= closes), rate, window=30)
        self._answers(created[~created["channel"].isin(LIVE)])
        self._solutions()
        self._categories()
        self._volume(users)
        self._backlog()

    def _filed(self, at: str) -> pd.DataFrame:
        """Tickets of customers of the spine by the month of a time that they have."""
        rows = self.tickets[self.tickets[at].notna()]
        rows = rows.assign(month=[self.settings.month_of(moment) for moment in rows[at]], breakdown="all")
        return rows.merge(self.spine, on=["customer", "month"])

    def _answers(self, mail: pd.DataFrame) -> None:
        end = self.settings.end
        rows = judged(mail, mail["reply_due"] <= end, mail["reply"] <= mail["reply_due"])
        rows = pd.concat([rows, rows.assign(breakdown=rows["level"])])
        numbers = self.kpis.measured(self.kpis.placed(rows), rate)
        # How long a target takes depends on its schedule: a month is final when none of its tickets waits.
        self.kpis.state("sla_attainment", numbers.assign(is_final=numbers["n_pending"].fillna(0) == 0))
        closes = mail["created"] + timedelta(days=14)
        rows = judged(mail, closes <= end, mail["reply"] <= closes)
        rows["hours"] = rows["first_reply_seconds"].where(rows["is_success"]) / 3600
        self.kpis.add("first_response_time", rows, _first_response, window=14)

    def _solutions(self) -> None:
        solved, end = self.solved, self.settings.end
        hours = solved["first_solve_seconds"] / 3600
        without_wait = (solved["first_solve_seconds"] - solved["first_wait_seconds"]) / 3600
        self.kpis.add("resolution_time", solved.assign(hours=hours, without_wait=without_wait), _resolution)

        closes = solved["first_solved"] + timedelta(days=7)
        came_back = (
            ((solved["second_contact_answered"] <= closes) & ~solved["channel"].isin(LIVE))
            | (solved["tier_moved"] <= closes)
            | (solved["first_reopened"] <= closes)
            | solved["ticket"].isin(_asked_again(self.tickets, timedelta(days=7)))
        )
        rows = judged(solved, closes <= end, ~came_back)
        rows = rows[rows["reply"] <= rows["first_solved"]]
        self.kpis.add("first_contact_resolution", rows, rate, window=7)

        settled = self._filed("last_solved")
        rows = judged(settled, settled["last_solved"] + timedelta(days=28) <= end, settled["reopens"] > 0)
        rows["hours"] = rows["last_solve_seconds"].where(rows["is_due"]) / 3600
        self.kpis.add("time_to_resolution", rows, _full_resolution, window=28)

    def _categories(self) -> None:
        shares = {"all": "unclassified"} | {category: category for category in self.created["category"].unique()}
        rows = [
            judged(self.created, True, self.created["category"] == category).assign(breakdown=breakdown)
            for breakdown, category in shares.items()
        ]
        self.kpis.add("ticket_category_mix", pd.concat(rows), rate)

    def _volume(self, users: pd.DataFrame) -> None:
        """A row per customer-month, also in each channel that it used, and one per ticket."""
        by_channel = self.created.assign(breakdown=self.created["channel"])
        askers = by_channel[["customer", "month", "breakdown"]].drop_duplicates()
        members = pd.concat([self.known.merge(users, "left", ["customer", "month"]), askers])
        tickets = pd.concat([self.created, by_channel])
        units = pd.concat([members.assign(is_ticket=False), tickets.assign(is_ticket=True)])
        self.kpis.add("ticket_volume", units, _volume, has_customers=True)

    def _backlog(self) -> None:
        """A row per customer-month; beside it one per ticket that is open at its end."""
        month_of, months, tickets = self.settings.month_of, self.settings.months, self.tickets
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
        units = [self.known.assign(is_ticket=False, is_old=False, p1_age=0.0), opened.assign(is_ticket=True)]
        self.kpis.add("open_ticket_backlog", pd.concat(units), _stock, has_customers=True)


def _first_response(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    hours = groups["hours"]
    return {
        "numerator": total(groups, "hours"),
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
        "median_hours_without_customer_wait": groups["without_wait"].median(),
    }


def _full_resolution(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    hours = groups["hours"]
    return ratio(total(groups, "hours"), hours.count()) | {
        "sample_size": hours.count(),
        "n_pending": groups["is_pending"].sum(),
        "median_hours": hours.median(),
        "reopened_tickets": groups["is_success"].sum(),
    }


def _volume(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    tickets = groups["is_ticket"].sum()
    return amount(tickets, groups.size() - tickets) | {"monthly_active_users": total(groups, "active_users")}


def _stock(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    opened = groups["is_ticket"].sum()
    return amount(opened, groups.size() - opened) | {
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
