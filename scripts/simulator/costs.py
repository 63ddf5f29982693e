"""What the company spends, by month, function, purpose and segment, and what currencies were worth.

Before noise of some 5 %, in USD a month; MRR, customers and tickets are those of the month, new customers those of the next one:
    sales        new_logo 500 + 3000 x size per new customer; expansion 2 % of MRR; 600 for nothing in particular
    marketing    new_logo 1500 x size per new customer; expansion 250; 500 + 1 % of MRR for nothing in particular
    hosting      7 % of MRR       cs  6 % of MRR       payment  2.9 % of MRR      support  19 per ticket + 40 per segment
    engineering  18 % of MRR, escalation 2 per ticket                             field    escalation 1 per ticket
    other        8 % of MRR
size is 1 for SMB, 3 for MM, 8 for ENT. What a segment causes is booked to it, but for a tenth of support and, in one month of six,
for a third of it. There is a month of sales and marketing before the first, and a plan for the month that has only begun.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from .catalog import MINOR_UNITS, USD_RATE
from .settings import Settings, add_months
from .world import SEGMENTS, World

SIZE = {"SMB": 1.0, "MM": 3.0, "ENT": 8.0}
# function: (currency, share of its lines that is paid in it); the rest is in USD.
ABROAD = {"support": ("eur", 0.4), "cs": ("eur", 0.25), "marketing": ("gbp", 0.5), "field": ("jpy", 1.0)}
COST_OF_SERVICE = ("hosting", "support", "cs", "payment")
LINE = ("month", "function", "purpose", "segment")


class Costs:
    """`lines`: one row per booking, in major units of `currency`, with its month, function, purpose and segment (or None)."""

    def __init__(self, settings: Settings, world: World, truth: dict[str, pd.DataFrame], tickets: pd.DataFrame) -> None:
        self.settings = settings
        self.rng = settings.rng("costs")
        segment = world.customers["segment"]
        self.months = [at.date() for at in settings.month_starts]
        moves = truth["movements"].assign(segment=lambda rows: rows["customer"].map(segment))
        self.mrr = self._by_segment(moves, "closing", "sum")
        self.new = self._by_segment(moves[moves["new"] > 0], "new", "count")
        by_name = world.customers.set_index("account_id")["segment"]
        name = tickets["salesforce_account_id"].fillna(tickets["stripe_customer_id"])
        self.tickets = self._by_segment(tickets.assign(segment=name.map(by_name)), "created", "sum")
        self.lines = self._book(self._lines())

    def _by_segment(self, rows: pd.DataFrame, column: str, how: str) -> pd.DataFrame:
        sums = rows.pivot_table(index="month", columns="segment", values=column, aggfunc=how)
        return sums.reindex(index=self.months, columns=list(SEGMENTS)).fillna(0.0).astype(float)

    def _lines(self) -> list[tuple]:
        """(month, function, purpose, segment, USD) before noise."""
        lines = [
            (add_months(self.settings.start, -1).date(), function, "new_logo", name, amount * SIZE[name])
            for function, amount in (("sales", 3000.0), ("marketing", 1500.0))
            for name in SEGMENTS
        ]
        for number, month in enumerate(self.months):
            mrr, tickets = self.mrr.loc[month], self.tickets.loc[month]
            coming = self.new.iloc[min(number + 1, len(self.months) - 1)]
            unknown = 1 / 3 if self.rng.random() < 1 / 6 else 0.1
            for name in SEGMENTS:
                support = 19 * tickets[name] + 40
                lines += [
                    (month, "sales", "new_logo", name, 500 + 3000 * SIZE[name] * coming[name]),
                    (month, "sales", "expansion", name, 0.02 * mrr[name]),
                    (month, "marketing", "new_logo", name, 1500 * SIZE[name] * coming[name]),
                    (month, "cs", None, name, 0.06 * mrr[name]),
                    (month, "support", None, name, (1 - unknown) * support),
                    (month, "support", None, None, unknown * support),
                    (month, "engineering", "escalation", name, 2 * tickets[name]),
                ]
            lines += [
                (month, "sales", None, None, 600.0),
                (month, "marketing", "expansion", None, 250.0),
                (month, "marketing", None, None, 500 + 0.01 * mrr.sum()),
                (month, "hosting", None, None, 0.07 * mrr.sum()),
                (month, "payment", None, None, 0.029 * mrr.sum()),
                (month, "engineering", None, None, 0.18 * mrr.sum()),
                (month, "field", "escalation", None, tickets.sum()),
                (month, "other", None, None, 0.08 * mrr.sum()),
            ]
            if number % 12 == 6:
                lines.append((month, "hosting", None, None, -0.01 * mrr.sum()))  # a rebate
        return [line for line in lines if line[-1]]

    def _book(self, lines: list[tuple]) -> pd.DataFrame:
        rows = pd.DataFrame(lines, columns=[*LINE, "usd"])
        rows["usd"] *= self.rng.lognormal(0, 0.05, len(rows))
        currency, share = (
            rows["function"].map({function: held[side] for function, held in ABROAD.items()}) for side in (0, 1)
        )
        home = rows.assign(currency="usd", usd=rows["usd"] * (1 - share.fillna(0.0)))
        abroad = rows.assign(currency=currency, usd=rows["usd"] * share)[currency.notna()]
        rows = pd.concat([home[home["usd"] != 0], abroad]).sort_values("month", kind="stable", ignore_index=True)
        rate = rows["currency"].map(USD_RATE)
        rows["amount"] = np.where(
            rows["currency"].map(MINOR_UNITS) == 1, (rows["usd"] / rate).round(), (rows["usd"] / rate).round(2)
        )
        rows["usd"] = rows["amount"] * rate
        return rows

    def files(self) -> dict[str, pd.DataFrame]:
        """As they are kept: with a plan for the month that has begun, a line that was sent twice, and broken ones."""
        rows = self.lines.assign(currency=self.lines["currency"].str.upper(), month=self.lines["month"].astype(str))
        rows["cost_id"] = [f"cost-{n:05d}" for n in range(1, len(rows) + 1)]
        rows = rows[["cost_id", *LINE, "amount", "currency"]]
        plan = self.settings.end.date()
        others = [
            ("cost-plan", str(plan), "sales", "new_logo", None, 5000.0, "USD"),
            ("cost-x1", str(plan.replace(day=15)), "sales", None, None, 100.0, "USD"),
            ("cost-x2", str(self.months[-1]), "catering", None, None, 100.0, "USD"),
        ]
        return {
            "costs": pd.concat([rows, rows.iloc[:1], pd.DataFrame(others, columns=rows.columns)], ignore_index=True)
        }

    def truth(self) -> dict[str, pd.DataFrame]:
        sums = self.lines.groupby(list(LINE), dropna=False)["usd"].sum().reset_index()
        sums = sums.rename(columns={"usd": "amount_usd"})
        return {"costs": sums.astype({"purpose": object, "segment": object}), "gross_margins": self._gross_margins()}

    def _gross_margins(self) -> pd.DataFrame:
        """R13: per month from the first with recurring revenue; sums and margin where all twelve have it and its costs."""
        service = self.lines[self.lines["function"].isin(COST_OF_SERVICE)].groupby("month")["usd"].sum()
        service, mrr = service.reindex(self.months), self.mrr.sum(axis=1)
        rows = []
        for last in range(len(self.months)):
            window = self.months[max(last - 11, 0) : last + 1]
            known = int(((mrr.loc[window] > 0) & service.loc[window].notna()).sum())
            sums = (service.loc[window].sum(), mrr.loc[window].sum()) if known == 12 else (None, None)
            if mrr.loc[window].sum() > 0:
                rows.append((window[-1], known, *sums))
        frame = pd.DataFrame(rows, columns=["month", "months_known", "cost_usd", "mrr_usd"])
        frame = frame.astype({"cost_usd": float, "mrr_usd": float})
        return frame.assign(gross_margin=1 - frame["cost_usd"] / frame["mrr_usd"])


def exchange_rates(settings: Settings) -> pd.DataFrame:
    """One constant rate per currency, and what each was worth at the end of every month."""
    rng = settings.rng("exchange rates")
    rows = [(currency.upper(), "constant", None, rate) for currency, rate in USD_RATE.items()]
    for currency, rate in USD_RATE.items():
        drift = (
            np.exp(np.cumsum(rng.normal(0, 0.012, settings.months))) if currency != "usd" else np.ones(settings.months)
        )
        for start, change in zip(settings.month_starts, drift, strict=True):
            last_day = add_months(start, 1).date().toordinal() - 1
            rows.append((currency.upper(), "month_end", date.fromordinal(last_day), round(rate * change, 6)))
    return pd.DataFrame(rows, columns=["currency", "rate_type", "rate_on", "rate"])
