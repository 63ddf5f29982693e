"""R11: the truth of KPIs of days from a clock to an event that not everybody has reached."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .kpis import Kpis
from .settings import Settings

OBSERVED_DAYS = 90
WITHIN = (30, 60, 90)
Further = Callable[[DataFrameGroupBy], dict[str, pd.Series]]


def state_days(
    settings: Settings, kpis: Kpis, kpi: str, units: pd.DataFrame, reached: str, further: Further = lambda groups: {}
) -> None:
    """`units`: customer, month of the clock, `days` (infinite: not reached yet) and `observed`, the days from the clock to the window's end.
    `reached` names the shares of those who were there within so many days; `further` columns count when the others do."""
    units = units.assign(is_there=np.isfinite(units["days"]), waits=units["observed"] < OBSERVED_DAYS)
    for limit in WITHIN:
        units[f"in_{limit}"] = units["days"] <= limit
    units = units if "breakdown" in units else units.assign(breakdown="all")
    numbers = kpis.measured(kpis.placed(units), partial(_days, reached=reached, further=further))
    youngest, waits = numbers["youngest_observed_days"], numbers["n_pending"].fillna(0) > 0
    is_known = numbers["sample_size"].fillna(0) > 0
    window = (kpis.ends + pd.Timedelta(days=OBSERVED_DAYS) <= settings.end).to_numpy()[numbers["month"]]
    numbers["is_final"] = ~waits & np.where(is_known, numbers["value"] <= youngest, window)
    kpis.state(kpi, numbers)


def median_days(groups: DataFrameGroupBy, name: str) -> pd.Series:
    """Of the two in the middle the lower; missing where it is not reached."""
    median = groups[name].quantile(interpolation="lower")
    return median.where(np.isfinite(median))


def _days(groups: DataFrameGroupBy, reached: str, further: Further) -> dict[str, pd.Series]:
    youngest, cohort = groups["observed"].min(), groups.size()
    is_known = youngest >= OBSERVED_DAYS
    median = median_days(groups, "days")
    shares = {f"{reached}_in_{limit}_days": groups[f"in_{limit}"].mean() for limit in WITHIN}
    return {
        "numerator": groups["is_there"].sum().where(is_known),
        "denominator": cohort.where(is_known),
        "value": median.where(is_known),
        "sample_size": groups["customer"].nunique().where(is_known, 0),
        "n_pending": groups["waits"].sum(),
        "is_not_reached": is_known & median.isna(),
        "youngest_observed_days": youngest,
        **{name: numbers.where(is_known) for name, numbers in (shares | further(groups)).items()},
    }
