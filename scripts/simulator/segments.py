"""The segments of every customer at every month's end (R4), from the simulator's own state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .crm import account_changes, csm_ids
from .settings import Settings, add_months
from .world import World

UNKNOWN = "(unknown)"
BANDS = Path(__file__).resolve().parents[2] / "seeds" / "segment_bands.csv"
ATTRIBUTES = ("segment", "tier", "industry", "region", "touch_model")


@dataclass(frozen=True)
class Segments:
    """`names`: one row per segment, with its type; `places`: by type, month x customer, the position in `names` of its segment, -1
    before its first month in the spine; who has left keeps its last one. `is_spine`: month x customer."""

    names: pd.DataFrame
    places: dict[str, np.ndarray]
    is_spine: np.ndarray

    def rows(self) -> pd.DataFrame:
        """One row per customer (its number), month and type."""
        parts = []
        for places in self.places.values():
            month, customer = np.nonzero(places >= 0)
            is_spine = self.is_spine[month, customer]
            place = places[month, customer]
            parts.append(pd.DataFrame({"customer": customer, "month": month, "place": place, "is_spine": is_spine}))
        rows = pd.concat(parts, ignore_index=True)
        return rows.join(self.names, on="place").drop(columns="place")


def month_by_customer(settings: Settings, world: World, rows: pd.DataFrame, values: object) -> np.ndarray:
    """`values` of rows by customer and month, NaN elsewhere."""
    found = np.full((settings.months, len(world.customers)), np.nan)
    found[rows["month"], rows["customer"]] = values
    return found


def build_segments(
    settings: Settings, world: World, spine: pd.DataFrame, months: pd.DataFrame, plans: pd.DataFrame, users: np.ndarray
) -> Segments:
    """`months`: closing MRR by customer and month; `plans`: the plan of the largest MRR likewise; `users`: month x customer, active
    users, NaN where none are recorded."""
    is_spine = np.zeros(users.shape, dtype=bool)
    is_spine[spine["month"], spine["customer"]] = True
    # What a customer pays is that of its last month with MRR.
    mrr = np.nan_to_num(month_by_customer(settings, world, months, months["closing"]))
    paid = _last(mrr > 0)
    month, customer = np.indices(users.shape)
    paid = np.where(paid < 0, month, paid)
    plan = np.full(users.shape, UNKNOWN, dtype=object)
    plan[plans["month"], plans["customer"]] = plans["plan"]
    first = is_spine.argmax(axis=0)
    bands = pd.read_csv(BANDS).groupby("segment_type")
    labels = {
        "all": np.full(users.shape, "all", dtype=object),
        **_attributes(settings, world),
        "plan": plan[paid, customer],
        "mrr_band": _banded(bands.get_group("mrr_band"), mrr[paid, customer]),
        "usage_band": _banded(bands.get_group("usage_band"), users),
        "tenure_band": _banded(bands.get_group("tenure_band"), month - first),
        "customer": np.broadcast_to(world.customers["account_id"].to_numpy(dtype=object), users.shape),
    }
    known = _last(is_spine)
    names, places = [], {}
    for segment_type, label in labels.items():
        found, segments = pd.factorize(label[known, customer].ravel())
        places[segment_type] = np.where(known < 0, -1, found.reshape(users.shape) + len(names))
        names += [(segment_type, segment) for segment in segments]
    return Segments(pd.DataFrame(names, columns=["segment_type", "segment"]), places, is_spine)


def _last(happens: np.ndarray) -> np.ndarray:
    """Month x customer: the last month up to each in which it happens, -1 before any."""
    month = np.arange(len(happens))[:, None]
    return np.maximum.accumulate(np.where(happens, month, -1), axis=0)


def _attributes(settings: Settings, world: World) -> dict[str, np.ndarray]:
    """As the CRM had them at each month's end."""
    companies, changes = world.customers, account_changes(settings, world)
    ends = np.array([add_months(start, 1) for start in settings.month_starts], dtype="datetime64[us]")
    is_known = companies["in_crm"].to_numpy()
    has_changed = ends[:, None] > changes["at"].to_numpy(dtype="datetime64[us]")
    found = {name: companies[name].to_numpy(dtype=object) for name in ATTRIBUTES}
    found["csm"] = csm_ids(settings)[companies["csm"]].astype(object)
    found = {name: np.tile(np.where(is_known, values, UNKNOWN), (len(ends), 1)) for name, values in found.items()}
    for name, later in {"segment": changes["segment"], "csm": csm_ids(settings)[changes["csm"]]}.items():
        found[name][:, changes.index] = np.where(has_changed, later, found[name][:, changes.index])
    return found


def _banded(bands: pd.DataFrame, amounts: np.ndarray) -> np.ndarray:
    """Bands are in the order of `band_from`, and leave no gap between them."""
    place = np.searchsorted(bands["band_from"].to_numpy(), amounts, side="right") - 1
    is_known = ~np.isnan(amounts) & (place >= 0)
    return np.where(is_known, bands["band"].to_numpy(dtype=object)[place], UNKNOWN)
