"""The truth of time in the app, from the sessions that UsageTruth counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .kpis import Kpis, ratio, share
from .settings import Settings, add_months
from .usage_truth import BLOCK_DAYS, BLOCKS, UsageTruth

MINUTE = 60_000


class UsageKpis:
    """`spine`: customer and month of R4; `months`: closing MRR by customer and month."""

    def __init__(
        self, settings: Settings, kpis: Kpis, spine: pd.DataFrame, months: pd.DataFrame, usage: UsageTruth
    ) -> None:
        self.settings, self.kpis, self.usage = settings, kpis, usage
        self.spine = spine[spine["month"] >= usage.first_counted_month]
        self.paying = months.loc[months["closing"] > 0, ["customer", "month"]]

    def add(self) -> None:
        names = ("active_users", "sessions", "session_ms")
        self.kpis.add("time_in_app", self._measured(self.spine, names), _time_in_app, has_customers=True)
        ends = np.array([(add_months(start, 1) - self.settings.start).days for start in self.settings.month_starts])
        paying = self.spine.merge(self.paying, on=["customer", "month"])
        since = np.maximum(self.usage.first_paid[paying["customer"]], self.usage.first_counted_day)
        known = paying[ends[paying["month"]] - since >= BLOCKS * BLOCK_DAYS]
        blocks = self._measured(known, ("block_session_ms", "prior_block_session_ms"))
        self.kpis.add("usage_drop", blocks, _minutes_drop, has_customers=True)

    def _measured(self, rows: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
        return rows.assign(**{name: self.usage.measure(rows, name) for name in names})


def _time_in_app(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    minutes, sessions = groups["session_ms"].sum() / MINUTE, groups["sessions"].sum()
    users = groups["active_users"].agg(lambda active: (active > 0).sum())
    return ratio(minutes, groups["active_users"].sum()) | {
        "sample_size": users,
        "n_pending": 0 * users,
        "sessions": sessions,
        "minutes_per_session": share(minutes, sessions),
    }


def _minutes_drop(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    lost = share(3 * groups["block_session_ms"].sum(), groups["prior_block_session_ms"].sum())
    return {"minutes_drop": 1 - lost, "sample_size": groups.size(), "n_pending": 0 * groups.size()}
