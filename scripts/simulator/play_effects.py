"""Plays that work, where Settings.play_effects says so, and what would have become of their customers without them.

Such a play, closed and not called off, raises the hidden path behind its KPI from the first of the month in which it is closed, for three months;
two that overlap raise it once. The people of its customer then use the product that much more; nothing else follows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from .events import EventLife
from .ledger import Ledger
from .plays import Plays
from .product import Presence, Users
from .seats import seat_assignments
from .settings import Settings
from .usage_truth import UsageTruth
from .world import World

# The KPIs whose plays can be made to work: what they show is the use of seats.
EFFECTIVE = ("license_utilization",)
LASTING_MONTHS = 3
JUDGED_WITHIN = np.timedelta64(31, "D")


def helped(settings: Settings, world: World, plays: Plays) -> World:
    """The world with the paths that plays have raised."""
    usage = world.usage
    for kpi_id, effect in settings.play_effects.items():
        rows = _working(plays, kpi_id)
        first = np.searchsorted(plays.ends, rows["closed"].to_numpy(), side="right")
        is_raised = np.zeros(usage.shape, dtype=bool)
        for month in range(LASTING_MONTHS):
            is_seen = first + month < settings.months
            is_raised[rows["customer"][is_seen], (first + month)[is_seen]] = True
        usage = usage + effect * is_raised
    return replace(world, usage=usage)


def unhelped_seats(
    settings: Settings,
    world: World,
    ledger: Ledger,
    users: Users,
    presence: Presence,
    spine: pd.DataFrame,
    entitled: pd.DataFrame,
) -> pd.DataFrame:
    """Seats as they would have been used, by the same chance, had no play worked."""
    life, usage = EventLife(settings, world, ledger, users, presence), UsageTruth(settings, world, ledger, users)
    for _ in life.live(lambda *_: None, usage.count):
        pass
    return usage.lived(spine, entitled, seat_assignments(settings, life, users, presence))["seats"]


def effects_lived(
    settings: Settings, world: World, plays: Plays, seats: pd.DataFrame, unhelped: pd.DataFrame
) -> pd.DataFrame:
    """One row per play that works: the KPI's value in the month that set it off and in the last one that ends within 31 days after its closing,
    and what this would have been `without` any play (missing: there is none); the months since the customer's last play of the KPI, called off
    or not, was set off."""
    shares = {name: _shares(settings, world, rows) for name, rows in (("with", seats), ("without", unhelped))}
    rows = pd.concat([_working(plays, kpi_id) for kpi_id in settings.play_effects], ignore_index=True)
    until = (rows["closed"] + JUDGED_WITHIN).to_numpy().astype("datetime64[D]")
    rows["judged"] = np.searchsorted(plays.ends, until, side="right") - 1
    rows = rows[rows["judged"].between(0, settings.months - 1)]
    customer, month, judged = (rows[name].to_numpy(dtype=int) for name in ("customer", "month", "judged"))
    return pd.DataFrame(
        {
            **world.names(customer),
            "kpi_id": rows["kpi_id"].to_numpy(),
            "trigger_month": plays.starts[month],
            "closed_at": rows["closed"].to_numpy(),
            "judged_month": plays.starts[judged],
            "trigger_value": shares["with"][customer, month],
            "value": shares["with"][customer, judged],
            "value_without": shares["without"][customer, judged],
            "months_since_play": rows["months_since_play"].to_numpy(),
        }
    )


def _working(plays: Plays, kpi_id: str) -> pd.DataFrame:
    rows = plays.plays[plays.plays["kpi_id"] == kpi_id].sort_values(["customer", "month"])
    rows = rows.assign(months_since_play=rows.groupby("customer")["month"].diff())
    return rows[rows["closed"].notna() & (rows["result"] != "cancelled")].reset_index(drop=True)


def _shares(settings: Settings, world: World, seats: pd.DataFrame) -> np.ndarray:
    """Company x month: seats whose holder was active, of those bought."""
    found = np.full((len(world.customers), settings.months), np.nan)
    bought = seats["purchased_seats"].astype(float)
    found[seats["customer"], seats["month"]] = seats["active_seats"] / bought.where(bought > 0)
    return found
