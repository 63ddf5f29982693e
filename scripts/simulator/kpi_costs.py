"""The truth of the KPIs of what customers cost and are worth (R13), from costs, invoices, new customers, churn and tickets."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .costs import Costs
from .kpis import Kpis, any_of, beside, ratio, share, total
from .settings import Settings, add_months

FINAL = 30
BOOKED_SHARE = 0.8
LONGEST_MONTHS, DISCOUNT, ASSUMED_MARGIN = 120, 1.10 ** (1 / 12) - 1, 0.80
ESCALATING = ("engineering", "field")


class CostKpis:
    """`months`: customer-months of the spine with their movements; `invoiced`: as invoiced.py states it."""

    def __init__(
        self, settings: Settings, kpis: Kpis, months: pd.DataFrame, costs: Costs, invoiced: pd.DataFrame
    ) -> None:
        self.settings, self.kpis, self.months, self.invoiced = settings, kpis, months, invoiced
        self.margins = self._margins(costs)
        # Months are numbers; -1 is the one before the first.
        number_of = {at.date(): n for n, at in enumerate([add_months(settings.start, -1), *settings.month_starts], -1)}
        self.lines = costs.lines.assign(month=costs.lines["month"].map(number_of))
        self.acquisition: pd.Series | None = None

    def _margins(self, costs: Costs) -> pd.DataFrame:
        """By month: the gross margin, and whether it is assumed."""
        known = costs.truth()["gross_margins"].set_index("month").reindex(self.kpis.starts)["gross_margin"]
        return pd.DataFrame({"margin": known.fillna(ASSUMED_MARGIN).to_numpy(), "is_assumed": known.isna().to_numpy()})

    def add(self, churned: pd.DataFrame, created: pd.DataFrame, solved: pd.DataFrame) -> None:
        """`churned`: numerators and denominators of the churn rate by place and month; `created`, `solved`: tickets of customers of the
        spine by the month in which they were."""
        self._acquisition()
        self._lifetimes(churned)
        support = self.lines[self.lines["function"] == "support"]
        self._cost_of("cost_per_ticket", support, created)
        escalations = self.lines[(self.lines["function"].isin(ESCALATING)) & (self.lines["purpose"] == "escalation")]
        # A month whose support costs are not booked yet would be cheap.
        spent = pd.concat([support, escalations, self._goodwill()])
        self._cost_of("cost_per_resolution", spent[spent["month"].isin(support["month"])], solved)

    # --- costs by segment -------------------------------------------------------------------------------

    def spent(self, lines: pd.DataFrame, name: str, lag: int = 0, months: int = 1) -> pd.Series:
        """USD by place and month: of the company, and of its segments where enough of it is booked to them. A month has what was spent in the
        `months` months that end `lag` months before it."""
        shown = pd.concat([lines.assign(month=lines["month"] + lag + n) for n in range(months)])
        shown = shown[shown["month"].between(0, self.settings.months - 1)]
        whole = shown.groupby("month")[name].sum()
        booked = shown.dropna(subset="segment").groupby(["segment", "month"])[name].sum().reset_index()
        known = booked.groupby("month")[name].sum()
        booked[name] = booked[name].where(booked["month"].map(known >= BOOKED_SHARE * whole.reindex(known.index)))
        booked["place"] = booked["segment"].map(self.kpis.place("segment"))
        whole = whole.reset_index().assign(place=self.kpis.place("all")["all"])
        return pd.concat([whole, booked]).set_index(["place", "month"])[name]

    def _in_segments(self, units: pd.DataFrame) -> pd.DataFrame:
        """Units in the company and in its segments of the type that costs know."""
        places = [*self.kpis.place("all").values(), *self.kpis.place("segment").values()]
        placed = self.kpis.placed(units)
        return placed[placed["place"].isin(places)]

    def _divided(self, cost: pd.Series, divisor: pd.Series, **further: pd.Series) -> pd.DataFrame:
        """One row per place and month that has either."""
        rows = pd.DataFrame({"cost": cost, "divisor": divisor, **further}).rename_axis(["place", "month"])
        return rows.fillna({"divisor": 0.0}).reset_index().assign(breakdown="all")

    def _cost_of(self, kpi: str, lines: pd.DataFrame, tickets: pd.DataFrame) -> None:
        counted = self._in_segments(tickets).groupby(["place", "month"]).size()
        self.kpis.add_placed(kpi, self._divided(self.spent(lines, "usd"), counted), _per_unit)

    def _goodwill(self) -> pd.DataFrame:
        """What was given back, under the segment of whoever got it."""
        given = self.invoiced[self.invoiced["kind"] == "goodwill"]
        placed = self.kpis.placed(given).join(self.kpis.segments.names, on="place")
        placed = placed[placed["segment_type"] == "segment"]
        return placed.assign(usd=-placed["usd"])[["month", "segment", "usd"]]

    # --- winning customers ------------------------------------------------------------------------------

    def _acquisition(self) -> None:
        lines = self._sales_and_marketing()
        new = self.months[self.months["new"] > 0]
        new = new.assign(margin=new["new"] * self.margins["margin"].to_numpy()[new["month"]])
        spent = {name: self.spent(lines, name, lag=1) for name in ("new_logo", "usd")}
        customers = self._in_segments(new).groupby(["place", "month"]).size()
        rows = self._divided(spent["new_logo"], customers, all_usd=spent["usd"])
        numbers = self.kpis.measured(rows, _acquisition_cost)
        cost, won = (_by_month(numbers, name, self.settings.months) for name in ("numerator", "denominator"))
        quarter = share(cost.T.rolling(3).sum(), won.T.rolling(3).sum()).T
        numbers = beside(numbers, quarter, "three_month_value")
        self.acquisition = numbers.set_index(["place", "month"])["three_month_value"]
        self.kpis.state("customer_acquisition_cost", numbers, window=FINAL)

        shown = pd.concat([new.assign(month=new["month"] + n, won_in=new["month"]) for n in range(3)])
        shown = shown[shown["month"] < self.settings.months]
        shown["is_assumed"] = self.margins["is_assumed"].to_numpy()[shown["won_in"]]
        gains = self._in_segments(shown).groupby(["place", "month"])
        spent = {name: self.spent(lines, name, lag=1, months=3) for name in ("new_logo", "usd")}
        further = {
            "customers": gains.size(),
            "is_assumed": gains["is_assumed"].max().astype(float),
            "all_usd": spent["usd"],
        }
        rows = self._divided(spent["new_logo"], gains["margin"].sum(), **further)
        self.kpis.add_placed("cac_payback_period", rows, _payback, window=FINAL)

    def _sales_and_marketing(self) -> pd.DataFrame:
        """`new_logo`: of what is for nothing in particular new customers cause as much as of what is tagged."""
        lines = self.lines[self.lines["function"].isin(["sales", "marketing"])]
        tagged = lines.pivot_table(index="month", columns="purpose", values="usd", aggfunc="sum", fill_value=0.0)
        tagged = tagged.reindex(columns=["new_logo", "expansion"], fill_value=0.0)
        caused = share(tagged["new_logo"], tagged.sum(axis=1)).reindex(lines["month"]).fillna(1.0).to_numpy()
        amounts = [lines["usd"], lines["usd"] * caused]
        which = [lines["purpose"] == "new_logo", lines["purpose"].isna()]
        return lines.assign(new_logo=np.select(which, amounts, 0.0))

    # --- what a customer is worth -----------------------------------------------------------------------

    def _lifetimes(self, churned: pd.DataFrame) -> None:
        """A customer is expected to leave as its segment does, a group as it does itself; nobody to stay longer than ten years."""
        lost, opening = (
            _by_month(churned, name, self.settings.months).fillna(0.0) for name in ("numerator", "denominator")
        )
        lost, opening = (table.T.rolling(12, min_periods=1).sum().T for table in (lost, opening))
        risks = pd.DataFrame({"lost": lost.stack(), "opening": opening.stack()})
        payers = self.months.loc[self.months["closing"] > 0, ["customer", "month", "closing"]]
        billed = self.invoiced[self.invoiced["kind"].isin(["recurring", "credit", "goodwill"])]
        billed = billed.groupby(["customer", "month"])["usd"].sum().unstack(fill_value=0.0)
        billed = billed.reindex(columns=range(self.settings.months), fill_value=0.0).cumsum(axis=1).stack()
        payers = payers.join(billed.rename("billed"), on=["customer", "month"]).fillna({"billed": 0.0})
        placed = self.kpis.placed(payers)
        own = self.kpis.segments.places["segment"][placed["month"], placed["customer"]]
        is_customer = placed["place"].isin(self.kpis.place("customer").values())
        placed["leaves_like"] = placed["place"].where(~is_customer, own)
        placed = placed.join(risks, on=["leaves_like", "month"]).join(self.margins, on="month")
        placed["acquisition_cost"] = self.acquisition.reindex(
            pd.MultiIndex.from_frame(placed[["place", "month"]])
        ).to_numpy()
        self.kpis.add_placed("customer_lifetime_value", placed, _lifetime, window=FINAL, has_customers=True)


def _by_month(numbers: pd.DataFrame, name: str, months: int) -> pd.DataFrame:
    return numbers.pivot(index="place", columns="month", values=name).reindex(columns=range(months))


def _per_unit(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    units = groups["divisor"].sum()
    return ratio(total(groups, "cost"), units) | {"sample_size": units, "n_pending": 0 * units}


def _acquisition_cost(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    numbers, spent = _per_unit(groups), total(groups, "all_usd")
    blended = share(spent, numbers["denominator"])
    return numbers | {"sales_and_marketing_amount": spent, "cac_blended_all_sm": blended}


def _payback(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    numbers = _per_unit(groups)
    return numbers | {
        "sample_size": groups["customers"].sum(),
        "blended_months": share(total(groups, "all_usd"), numbers["denominator"]),
        "is_gross_margin_assumed": any_of(groups, "is_assumed"),
    }


def _lifetime(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    customers, margin = groups.size(), groups["margin"].first()
    lost, opening = groups["lost"].first(), groups["opening"].first()
    is_capped = lost * LONGEST_MONTHS < opening
    churn = share(lost, opening).where(~is_capped, 1 / LONGEST_MONTHS)
    profit = groups["closing"].sum() * margin
    return ratio(profit, customers * churn) | {
        "sample_size": customers,
        "n_pending": 0 * customers,
        "discounted_value": profit / customers * (1 + DISCOUNT) / (DISCOUNT + churn),
        "historic_value": groups["billed"].sum() * margin / customers,
        "is_capped": is_capped,
        "is_gross_margin_assumed": groups["is_assumed"].first(),
        "acquisition_cost": groups["acquisition_cost"].first(),
    }
