"""The truth of complaints: what tickets and texts that complain make one, when it was resolved, and the KPIs of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .feedback import Feedback
from .kpis import Kpis, amount, ratio
from .settings import Settings

SAME, IN_TIME, SILENT = timedelta(days=30), timedelta(days=14), timedelta(days=7)
KEY = ["customer", "month"]


class ComplaintKpis:
    """`records`: every ticket and text that complains, with the complaint that it is a part of; `complaints`: one row each. `months`:
    customer-months of the spine with their closing MRR; `tickets`: what SupportTruth remembers of each."""

    def __init__(
        self, settings: Settings, kpis: Kpis, months: pd.DataFrame, tickets: list[dict], feedback: Feedback
    ) -> None:
        self.settings, self.kpis = settings, kpis
        records = pd.concat([_of_tickets(tickets), _of_texts(feedback.texts)], ignore_index=True)
        records["matter"] = records["theme"].fillna(records["record"])
        records = records.sort_values(["customer", "matter", "at", "record"], ignore_index=True)
        self.records = records.assign(complaint=_firsts(records))
        self.complaints = pd.DataFrame(
            [_complaint(number, rows) for number, rows in self.records.groupby("complaint")],
            columns=["customer", "complaint_id", "received_at", "last_received_at", "records", "resolved_at"],
        ).astype(dict.fromkeys(("received_at", "last_received_at", "resolved_at"), "datetime64[us]"))
        # Before the first complaint nobody noted any.
        first = settings.month_of(self.complaints["received_at"].min()) if len(self.complaints) else settings.months
        self.known = months.loc[months["month"] >= first, [*KEY, "closing"]]

    def add(self) -> None:
        complaints, end = self.complaints, self.settings.end
        received = complaints.assign(month=self._months(complaints["received_at"]))
        is_due = received["received_at"] + IN_TIME + SILENT <= end
        received = received.assign(
            due=is_due,
            pending=~is_due,
            in_time=is_due & (received["resolved_at"] <= received["received_at"] + IN_TIME),
        )
        resolved = complaints.dropna(subset="resolved_at")
        counts = [
            self._counted(received.assign(received=1), "received", "due", "pending", "in_time"),
            self._counted(resolved.assign(month=self._months(resolved["resolved_at"]), resolved=1), "resolved"),
            self._counted(self._open().assign(backlog=1), "backlog"),
        ]
        units = self.known.set_index(KEY).join(counts).fillna(0).reset_index()
        units["is_active"] = units["closing"] > 0
        self.kpis.add("complaints_received", units, _received, has_customers=True)
        self.kpis.add("complaints_resolved", units, _resolved, window=21)

    def table(self, names: np.ndarray) -> pd.DataFrame:
        """Of companies that have a name."""
        rows = self.complaints[self.complaints["customer"] >= 0]
        named = rows.assign(customer_id=names[rows["customer"]])
        return named[["complaint_id", "customer_id", "received_at", "last_received_at", "records", "resolved_at"]]

    def _months(self, at: pd.Series) -> list[int]:
        return [self.settings.month_of(moment) for moment in at.dt.to_pydatetime()]

    def _counted(self, rows: pd.DataFrame, *names: str) -> pd.DataFrame:
        return rows.groupby(KEY)[list(names)].sum()

    def _open(self) -> pd.DataFrame:
        """A row per complaint and month at whose end any of its records was open."""
        month_of, months = self.settings.month_of, self.settings.months
        rows = [
            (row.customer, row.complaint, month)
            for row in self.records.itertuples()
            for month in range(month_of(row.at), months if pd.isna(row.resolved) else month_of(row.resolved))
        ]
        return pd.DataFrame(rows, columns=["customer", "complaint", "month"]).drop_duplicates()


def _of_tickets(tickets: list[dict]) -> pd.DataFrame:
    rows = [
        {
            "customer": ticket["customer"],
            "record": f"zendesk ticket {ticket['ticket']}",
            "theme": None if ticket["category"] == "unclassified" else ticket["category"],
            "at": ticket["created"],
            "resolved": _told(ticket["reply"], ticket["spells"]),
        }
        for ticket in tickets
        if ticket["is_complaint"]
    ]
    return pd.DataFrame(rows, columns=["customer", "record", "theme", "at", "resolved"])


def _of_texts(texts: pd.DataFrame) -> pd.DataFrame:
    rows = texts[texts["is_complaint"]]
    columns = {"customer": rows["customer"], "record": "files text " + rows["id"], "theme": rows["theme"]}
    return pd.DataFrame({**columns, "at": rows["at"], "resolved": rows["resolved"]})


def _told(reply: datetime | None, spells: list[tuple[datetime, datetime | None]]) -> datetime | None:
    """The first solution that came with an answer, and held."""
    for number, (_, solved) in enumerate(spells):
        later = spells[number + 1][0] if number + 1 < len(spells) else None
        if solved and reply and reply <= solved and (later is None or later > solved + SILENT):
            return solved
    return None


def _firsts(records: pd.DataFrame) -> list[int]:
    """For each record the number of that which its complaint begins with: the first of its matter, or what is more than 30 days later
    than the one before."""
    firsts: list[int] = []
    before = None
    for number, row in enumerate(records.itertuples()):
        begins = before is None or (row.customer, row.matter) != (before.customer, before.matter)
        if begins or row.at > before.at + SAME:
            before, first = row, number
        firsts.append(first)
    return firsts


def _complaint(number: int, rows: pd.DataFrame) -> tuple:
    """Resolved when all that was said so far was, and nothing more was said for a week."""
    resolved, settled = None, datetime.min
    said = list(rows.itertuples())
    for place, row in enumerate(said):
        if pd.isna(row.resolved):
            break
        settled = max(settled, row.resolved.to_pydatetime())
        if place + 1 == len(said) or said[place + 1].at > settled + SILENT:
            resolved = settled
            break
    first = said[0]
    return first.customer, first.record, first.at, said[-1].at, len(said), resolved


def _received(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    return amount(groups["received"].sum(), groups.size()) | {"active_customers": groups["is_active"].sum()}


def _resolved(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    due = groups["due"].sum()
    return ratio(groups["in_time"].sum(), due) | {
        "sample_size": due,
        "n_pending": groups["pending"].sum(),
        "resolved_complaints": groups["resolved"].sum(),
        "backlog": groups["backlog"].sum(),
    }
