"""What KPIs are made of units: the truth of a mart, row by row, in every segment.

A KPI is a frame of units (`customer` and `month` by number, and what is counted of each; where they differ from the month and 'all'
also `segment_month`, whose segments count, and `breakdown`) and the measures of a group of them. Segments are as R4 has them; a
unit of a customer that was never in the spine before that month's end is in none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .segments import Segments
from .settings import Settings, add_months

Measures = Callable[[DataFrameGroupBy], dict[str, pd.Series]]
KEY = ["place", "month", "breakdown"]


class Kpis:
    """`tables`: kpi_<id>: key (month, segment_type, segment, breakdown) and columns as in the mart of that name."""

    def __init__(self, settings: Settings, segments: Segments) -> None:
        self.settings, self.segments = settings, segments
        self.tables: dict[str, pd.DataFrame] = {}
        self.starts = np.array([start.date() for start in settings.month_starts])
        self.ends = pd.Series([add_months(start, 1) for start in settings.month_starts])

    def add(
        self, kpi: str, units: pd.DataFrame, measures: Measures, *, window: int = 0, has_customers: bool = False
    ) -> None:
        """`window`: in how many days after its end a month is final (R10); `has_customers`: customers have rows too."""
        self.add_placed(kpi, self.placed(units), measures, window=window, has_customers=has_customers)

    def add_placed(
        self, kpi: str, placed: pd.DataFrame, measures: Measures, *, window: int = 0, has_customers: bool = False
    ) -> None:
        """As `add`, of units that name their segment (`place`) themselves."""
        placed = placed if "breakdown" in placed else placed.assign(breakdown="all")
        self.state(kpi, self.measured(placed, measures), window=window, has_customers=has_customers)

    def placed(self, units: pd.DataFrame) -> pd.DataFrame:
        """Every unit in each of its segments."""
        when = units["segment_month"] if "segment_month" in units else units["month"]
        where = when.to_numpy(), units["customer"].to_numpy()
        parts = [units.assign(place=places[where]) for places in self.segments.places.values()]
        placed = pd.concat(parts, ignore_index=True)
        return placed[placed["place"] >= 0]

    def measured(self, placed: pd.DataFrame, measures: Measures) -> pd.DataFrame:
        """The numbers of each group, and rows without any for segments in which nothing was measured: missing is not zero."""
        groups = placed.groupby(KEY, sort=False)
        return pd.DataFrame(measures(groups)).rename_axis(KEY).reset_index().merge(self._expected, "outer", KEY)

    def state(self, kpi: str, numbers: pd.DataFrame, *, window: int = 0, has_customers: bool = False) -> None:
        numbers = numbers.join(self.segments.names, on="place").drop(columns="place")
        if not has_customers:
            numbers = numbers[numbers["segment_type"] != "customer"]
        if "is_final" not in numbers:
            is_final = self.ends + timedelta(days=window) <= self.settings.end
            numbers = numbers.assign(is_final=is_final.to_numpy()[numbers["month"]])
        numbers = numbers.fillna({"sample_size": 0, "n_pending": 0})
        numbers = numbers.assign(month=self.starts[numbers["month"]])
        key = ["month", "segment_type", "segment", "breakdown"]
        self.tables[f"kpi_{kpi}"] = numbers[[*key, *numbers.columns.difference(key, sort=False)]]

    @cached_property
    def _expected(self) -> pd.DataFrame:
        """Segments that have a customer in the spine."""
        rows = []
        for places in self.segments.places.values():
            month, customer = np.nonzero(self.segments.is_spine)
            rows.append(pd.DataFrame({"place": places[month, customer], "month": month}))
        return pd.concat(rows).drop_duplicates(ignore_index=True).assign(breakdown="all")


# --- measures that many KPIs have -----------------------------------------------------------------------


def total(groups: DataFrameGroupBy, name: str) -> pd.Series:
    """The sum of what is known; missing where nothing is."""
    return groups[name].sum(min_count=1)


def share(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    return numerator / denominator.where(denominator != 0)


def ratio(numerator: pd.Series, denominator: pd.Series) -> dict[str, pd.Series]:
    return {"numerator": numerator, "denominator": denominator, "value": share(numerator, denominator)}


def amount(numerator: pd.Series, units: pd.Series) -> dict[str, pd.Series]:
    """A count or a sum: there is no denominator."""
    nothing = pd.Series(np.nan, index=numerator.index)
    return {"numerator": numerator, "denominator": nothing, "value": numerator, "sample_size": units, "n_pending": 0 * units}


def judged(rows: pd.DataFrame, is_due: pd.Series | bool, is_success: pd.Series) -> pd.DataFrame:
    """Units by whether their window has closed (R10); a success counts only then."""
    rows = rows.assign(is_due=is_due)
    return rows.assign(is_success=is_success & rows["is_due"], is_pending=~rows["is_due"].astype(bool))


def rate(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    """Of judged units."""
    due = groups["is_due"].sum()
    return ratio(groups["is_success"].sum(), due) | {"sample_size": due, "n_pending": groups["is_pending"].sum()}
