"""Who leaves by chance, and by how much chance: what could be foretold at a month's end by one who knows every cause.

A customer leaves at a period's end with the chance of billing.COEFFICIENTS, taken at the causes as they will be then; some leave within the
period, a few do not pay, and of those who renew late a few come back too late to have stayed. A pause is not leaving. Who would leave by a
notice and has given none is less likely to: `chance` is that of a customer whose end nobody has asked for yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from .billing import LATE, NOTICE_DAYS, PATHS, TOO_LATE, UNPAID, WITHIN_PERIOD, yearly_chance
from .catalog import BRIEF
from .ledger import Ledger, Period
from .settings import Settings, add_months
from .world import World

DAY = timedelta(days=1)
HORIZONS = (30, 60, 90, 180)
PAYS_UNTIL = timedelta(days=17)  # Of a bill that is never paid.


def churn_hazards(settings: Settings, world: World, ledger: Ledger) -> pd.DataFrame:
    """One row per customer that is served at a month's end, and horizon: the chance to leave within so many days from then on."""
    is_ours = (world.customers["kind"] != "internal").to_numpy()
    yearly = _leaving_in_a_year(world)
    rows = [
        (period.customer, month, days, _chance(settings, yearly, period, end, end + days * DAY))
        for period in ledger.periods
        if is_ours[period.customer]
        for month, end in _month_ends(settings, period)
        for days in HORIZONS
    ]
    frame = pd.DataFrame(rows, columns=["customer", "month", "horizon_days", "chance"])
    # A period that begins within another one, as after an early renewal, is what the customer has from then on.
    frame = frame.drop_duplicates(["customer", "month", "horizon_days"], keep="last")
    return frame.assign(**world.names(frame["customer"]))


def _month_ends(settings: Settings, period: Period) -> Iterator[tuple[date, datetime]]:
    for start in settings.month_starts:
        end = add_months(start, 1)
        if period.begin < end <= period.stops[0]:
            yield start.date(), end


def _chance(settings: Settings, yearly: np.ndarray, period: Period, known_at: datetime, until: datetime) -> float:
    within = 0.0 if period.interval in BRIEF else WITHIN_PERIOD
    stays, begin = 1.0, period.begin
    for stop in period.stops:
        if begin >= until:
            break
        is_raised = period.raise_at is not None and begin < period.raise_at <= stop
        month = settings.month_of(stop - DAY)
        leaves = _of_a_period(yearly[int(is_raised), period.customer, month], period)
        since = max(begin, known_at)
        # What is left of each way to leave, as nothing was seen of either by now.
        soon = leaves * within * ((stop - since) / (stop - begin))
        at_end = leaves * (1 - within) * (_is_silent(stop - known_at) if begin < known_at else 1)
        share = min((until - since) / (stop - since), 1) if stop > since else 1
        stays *= 1 - (soon * share + (at_end if stop < until else 0)) / (1 - leaves + soon + at_end)
        if begin >= known_at and begin + PAYS_UNTIL < until:
            stays *= 1 - _of_a_period(UNPAID, period)
        if stop < until:
            stays *= 1 - _of_a_period(LATE, period) * TOO_LATE
        begin = stop
    return 1 - stays


def _leaving_in_a_year(world: World) -> np.ndarray:
    """The chance by raise (no, yes), customer and month."""
    paths, fit = [(name, getattr(world, name).tolist()) for name in PATHS], world.customers["fit"].tolist()
    chances = np.empty((2, *world.usage.shape))
    for raised, customer, month in np.ndindex(chances.shape):
        causes = {name: path[customer][month] for name, path in paths}
        chances[raised, customer, month] = yearly_chance(
            "leave", causes | {"fit": fit[customer], "price_raise": raised}
        )
    return chances


def _of_a_period(yearly: float, period: Period) -> float:
    return 1 - (1 - yearly) ** (period.months / 12)


def _is_silent(left: timedelta) -> float:
    """The share of notices that are given later than so long before the end."""
    low, high = NOTICE_DAYS
    return min(max((left / DAY - low) / (high - low + 1), 0), 1)
