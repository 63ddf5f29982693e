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
STATED = ["month", "segment_type", "segment", "breakdown"]
NUMBERS = ["numerator", "denominator", "value", "sample_size", "n_pending"]
# What companions are in columns of their KPI's mart; without a value of their own they are the ratio.
COMPANIONS = {
    "active_users__stickiness": {"numerator": "daily_active_users", "denominator": "numerator"},
    "cohort_retention__mrr": {"numerator": "mrr_amount", "denominator": "cohort_mrr_amount"},
    "complaints_received__per_100": {"numerator": "hundredfold", "denominator": "active_customers"},
    "customer_feedback_retention_score__uplift": {"value": "uplift", "sample_size": "givers_and_others"},
    "customer_lifetime_value__to_cac": {"numerator": "value", "denominator": "acquisition_cost"},
    "customer_touchpoints__gap": {"numerator": "gap_days", "denominator": "cadence_days", "value": "gap_ratio"},
    "feedback_theme_mix__unthemed": {"numerator": "unthemed_texts", "denominator": "denominator"},
    "exit_reason_frequency__capture": {"numerator": "captured_customers", "denominator": "churned_customers"},
    "expansion_revenue__rate": {"numerator": "numerator", "denominator": "opening_mrr_amount"},
    "license_utilization__activation": {"numerator": "activated_seats", "denominator": "denominator"},
    "open_ticket_backlog__p1_age": {"numerator": "oldest_p1_days", "value": "oldest_p1_days"},
    "organizational_change__open_days": {"value": "open_days"},
    "quick_ratio__gross_mrr_churn": {
        "numerator": "denominator", "denominator": "opening_mrr_amount", "sample_size": "opening_customers",
    },
    "redemption_rate__reward": {
        "numerator": "reward_redeemed", "denominator": "reward_issued", "sample_size": "reward_lots", "n_pending": "reward_pending",
    },
    "redemption_rate__points": {
        "numerator": "points_redeemed", "denominator": "points_issued", "sample_size": "points_lots", "n_pending": "points_pending",
    },
    "ticket_volume__per_100_mau": {"numerator": "hundredfold", "denominator": "monthly_active_users"},
}  # fmt: skip

ROUNDED = ("kpi_product_roi",)


class Kpis:
    """`tables`: kpi_<id>: key (month, segment_type, segment, breakdown) and columns as in the mart of that name."""

    def __init__(self, settings: Settings, segments: Segments) -> None:
        self.settings, self.segments = settings, segments
        self.tables: dict[str, pd.DataFrame] = {}
        self.starts = np.array([start.date() for start in settings.month_starts])
        self.ends = pd.Series([add_months(start, 1) for start in settings.month_starts])

    def add(self, kpi: str, units: pd.DataFrame, measures: Measures, **stated) -> None:
        """`stated`: as in `state`."""
        self.add_placed(kpi, self.placed(units), measures, **stated)

    def add_placed(self, kpi: str, placed: pd.DataFrame, measures: Measures, **stated) -> None:
        """As `add`, of units that name their segment (`place`) themselves."""
        placed = placed if "breakdown" in placed else placed.assign(breakdown="all")
        self.state(kpi, self.measured(placed, measures), **stated)

    def placed(self, units: pd.DataFrame) -> pd.DataFrame:
        """Every unit in each of its segments."""
        when = units["segment_month"] if "segment_month" in units else units["month"]
        where = when.to_numpy().astype("int64"), units["customer"].to_numpy().astype("int64")
        parts = [units.assign(place=places[where]) for places in self.segments.places.values()]
        placed = pd.concat(parts, ignore_index=True)
        return placed[placed["place"] >= 0]

    def place(self, segment_type: str) -> dict[str, int]:
        """The places of a type by segment."""
        names = self.segments.names
        names = names[names["segment_type"] == segment_type]
        return dict(zip(names["segment"], names.index, strict=True))

    def measured(self, placed: pd.DataFrame, measures: Measures) -> pd.DataFrame:
        """The numbers of each group, and rows without any for segments in which nothing was measured: missing is not zero."""
        groups = placed.groupby(KEY, sort=False)
        return pd.DataFrame(measures(groups)).rename_axis(KEY).reset_index().merge(self._expected, "outer", KEY)

    def state(
        self,
        kpi: str,
        numbers: pd.DataFrame,
        *,
        window: int = 0,
        has_customers: bool = False,
        of_customers: tuple[str, ...] = (),
    ) -> None:
        """`window`: in how many days after its end a month is final (R10); `has_customers`: they have rows too; `of_customers`: columns that
        only those have."""
        is_customer = numbers["place"].isin(self.place("customer").values())
        numbers = numbers.assign(**{name: numbers[name].where(is_customer) for name in of_customers})
        numbers = numbers if has_customers else numbers[~is_customer]
        numbers = numbers.join(self.segments.names, on="place").drop(columns="place")
        if "is_final" not in numbers:
            is_final = self.ends + timedelta(days=window) <= self.settings.end
            numbers = numbers.assign(is_final=is_final.to_numpy()[numbers["month"]])
        numbers = numbers.fillna({"sample_size": 0, "n_pending": 0})
        numbers = numbers.astype(dict.fromkeys(numbers.select_dtypes("number"), float))
        numbers = numbers.assign(month=self.starts[numbers["month"].astype(int)])
        self.tables[f"kpi_{kpi}"] = numbers[[*STATED, *numbers.columns.difference(STATED, sort=False)]]

    def values(self) -> pd.DataFrame:
        """The KPIs in one table, companions beside them; but for what is a sum of rounded parts, which its own answer allows for."""
        columns = [*STATED, *NUMBERS, "is_final"]
        kpis = {name.removeprefix("kpi_"): rows for name, rows in self.tables.items() if name not in ROUNDED}
        parts = [rows[columns].assign(kpi_id=kpi_id) for kpi_id, rows in kpis.items()]
        for companion, by_column in COMPANIONS.items():
            rows = self.tables[f"kpi_{companion.split('__')[0]}"]
            rows = rows[rows["breakdown"] == "all"].assign(
                hundredfold=100 * rows["numerator"],
                givers_and_others=rows["sample_size"] + rows.get("other_customers", 0),
            )
            usual = {"sample_size": "sample_size", "n_pending": "n_pending"}
            found = {name: rows[column] for name, column in (usual | by_column).items()}
            stated = (
                rows[[*STATED, "is_final"]].assign(**dict.fromkeys(NUMBERS, np.nan), kpi_id=companion).assign(**found)
            )
            if "value" not in by_column:
                stated["value"] = share(stated["numerator"], stated["denominator"])
            parts.append(stated.fillna({"sample_size": 0, "n_pending": 0}))
        return pd.concat(parts, ignore_index=True)[["kpi_id", *columns]]

    @cached_property
    def _expected(self) -> pd.DataFrame:
        """Segments that have a customer in the spine."""
        rows = []
        for places in self.segments.places.values():
            month, customer = np.nonzero(self.segments.is_spine)
            rows.append(pd.DataFrame({"place": places[month, customer], "month": month}))
        return pd.concat(rows).drop_duplicates(ignore_index=True).assign(breakdown="all")


def beside(numbers: pd.DataFrame, found: pd.DataFrame, name: str) -> pd.DataFrame:
    """`found` (place x month) as a further column."""
    return numbers.join(found.stack().rename(name), on=["place", "month"])


# --- measures that many KPIs have -----------------------------------------------------------------------


def total(groups: DataFrameGroupBy, name: str) -> pd.Series:
    """The sum of what is known; missing where nothing is."""
    return groups[name].sum(min_count=1)


def any_of(groups: DataFrameGroupBy, name: str) -> pd.Series:
    """Whether any is; missing where nothing is known. `name` holds 1.0, 0.0 or nothing."""
    return groups[name].max().map({1.0: True, 0.0: False})


def share(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    return numerator / denominator.where(denominator != 0)


def ratio(numerator: pd.Series, denominator: pd.Series) -> dict[str, pd.Series]:
    return {"numerator": numerator, "denominator": denominator, "value": share(numerator, denominator)}


def amount(numerator: pd.Series, units: pd.Series) -> dict[str, pd.Series]:
    """A count or a sum: there is no denominator."""
    nothing = pd.Series(np.nan, index=numerator.index)
    return {
        "numerator": numerator,
        "denominator": nothing,
        "value": numerator,
        "sample_size": units,
        "n_pending": 0 * units,
    }


def judged(rows: pd.DataFrame, is_due: pd.Series | bool, is_success: pd.Series) -> pd.DataFrame:
    """Units by whether their window has closed (R10); a success counts only then."""
    if rows.empty:  # a frame without rows would take those of the conditions
        return rows.assign(is_due=False, is_success=False, is_pending=False)
    rows = rows.assign(is_due=is_due)
    return rows.assign(is_success=is_success & rows["is_due"], is_pending=~rows["is_due"].astype(bool))


def rate(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    """Of judged units."""
    due = groups["is_due"].sum()
    return ratio(groups["is_success"].sum(), due) | {"sample_size": due, "n_pending": groups["is_pending"].sum()}
