"""What customer success does about a number or an answer that is bad: playbook runs, and healths that a person knows better.

A play on a KPI is opened after a month with a chance whose logit is -2.6 - 1.3 of the path that the KPI shows (+1.3 friction);
it is resolved with 0.2 + 0.8 success + 0.6 relationship in the month of its closing. A health is overridden, downwards,
after a month with -3.8 - 1.1 success + 0.6 usage, upwards with -4.2 + 0.9 relationship - 0.6 usage. Plays on answers: follow_ups.py.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from .follow_ups import call_detractors
from .journey import Lives, month_ends, text
from .settings import Settings
from .surveys import Surveys
from .truth import at_instants

# KPI, the path that it shows, its sign.
TRIGGERS = (
    ("license_utilization", "usage", -1.3),
    ("milestone_attainment_rate", "success", -1.3),
    ("customer_touchpoints", "relationship", -1.3),
    ("complaints_received", "friction", 1.3),
)
CANCELLED, UNDATED = 0.06, 0.05
REASONS = ("sponsor is leaving", "merger announced", "new project signed", "pilot only")


def _chance(score: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-score))


class Plays:
    """Runs and overrides as they stand at the window's end."""

    def __init__(self, settings: Settings, lives: Lives, surveys: Surveys) -> None:
        self.settings, self.world, self.lives = settings, lives.world, lives
        self.end = np.datetime64(settings.end, "us")
        self.ends = month_ends(settings)
        self.starts = np.array([at.date() for at in settings.month_starts])
        # Company x month: until when who is with us at its end stays.
        self.stays = np.full((len(self.world.customers), settings.months), np.datetime64("NaT"), dtype="datetime64[us]")
        for life in lives.all:
            is_there = (self.ends > np.datetime64(life.start)) & (self.ends <= np.datetime64(life.gone))
            self.stays[life.customer, is_there] = np.datetime64(life.gone)
        plays = [self._plays(), call_detractors(settings, surveys)]
        self.plays = pd.concat(plays).sort_values(["opened", "customer"], kind="stable", ignore_index=True)
        self.overrides = self._overrides()

    def _plays(self) -> pd.DataFrame:
        rng = self.settings.rng("plays")
        parts = []
        for kpi_id, path, sign in TRIGGERS:
            chance = _chance(-2.6 + sign * getattr(self.world, path))
            customer, month = np.nonzero((rng.random(chance.shape) < chance) & ~np.isnat(self.stays))
            parts.append(pd.DataFrame({"customer": customer, "month": month, "kpi_id": kpi_id}))
        rows = pd.concat(parts, ignore_index=True)
        count = len(rows)
        opened = self.ends[rows["month"]] + (rng.uniform(1, 9, count) * 86400).astype("timedelta64[s]")
        took = (rng.lognormal(2.6, 0.7, count) * 86400).astype("timedelta64[s]")
        rows["opened"], closed = opened, opened + took
        rows["due"] = pd.Series(opened).dt.normalize() + np.timedelta64(21, "D")
        # Some are closed in the last second of the due day.
        is_sharp = rng.random(count) < 0.04
        closed = np.where(is_sharp, rows["due"] + np.timedelta64(86399, "s"), closed)
        gone = self.stays[rows["customer"], rows["month"]]
        at = np.clip(np.searchsorted(self.ends, closed, side="right"), 0, self.settings.months - 1)
        where = (rows["customer"].to_numpy(), at)
        chance = _chance(0.2 + 0.8 * self.world.success[where] + 0.6 * self.world.relationship[where])
        failed = np.where(rng.random(count) < 0.7, "no_effect", "declined")
        result = np.where(rng.random(count) < chance, "resolved", failed)
        result = np.where(rng.random(count) < CANCELLED, "cancelled", result)
        result = np.where(closed >= gone, "lost", result)
        rows["closed"] = np.minimum(closed, gone)
        is_closed = rows["closed"] < self.end
        rows["closed"] = rows["closed"].where(is_closed)
        rows["result"] = pd.Series(result, dtype=object).where(is_closed, None)
        rows["due"] = rows["due"].mask(rng.random(count) < UNDATED)
        keep = (rows["opened"] < gone) & (rows["opened"] < self.end)
        rows["trigger"] = [str(start) for start in self.starts[rows["month"]]]
        return rows[keep]

    def play_file(self) -> pd.DataFrame:
        rows = self.plays
        frame = pd.DataFrame(
            {
                "play_id": [f"pl_{n:06d}" for n in range(1, len(rows) + 1)],
                "customer_id": self.lives.account(rows["customer"].to_numpy(), rows["opened"].to_numpy()),
                "kpi_id": rows["kpi_id"],
                "trigger_ref": rows["trigger"],
                "opened_at": text(rows["opened"]),
                "due_at": rows["due"].dt.strftime("%Y-%m-%d"),
                "closed_at": text(rows["closed"]),
                "result": rows["result"],
            }
        )
        broken = frame.head(3).copy()
        broken["play_id"] = [f"pl_x{n}" for n in range(len(broken))]
        broken["closed_at"] = ["2020-01-01 09:00:00", None, None][: len(broken)]
        broken["result"] = ["resolved", "resolved", "it helped"][: len(broken)]
        return pd.concat([frame, frame.head(2), broken], ignore_index=True)

    def play_months(self) -> pd.DataFrame:
        """By customer, month and KPI: plays opened; closed, and those of them cancelled; due and not cancelled, closed by then."""
        rows = self.plays
        is_cancelled = rows["result"] == "cancelled"
        parts = {
            "opened": ("opened", pd.Series(True, rows.index)),
            "closed": ("closed", pd.Series(True, rows.index)),
            "cancelled": ("closed", is_cancelled),
            "resolved": ("closed", rows["result"] == "resolved"),
            "due": ("due", ~is_cancelled),
            "closed_by_due": ("due", ~is_cancelled & (rows["closed"].dt.normalize() <= rows["due"])),
        }
        counts = {}
        for name, (at, counted) in parts.items():
            found = rows[counted & (rows[at] < self.end)]
            month = self.starts[np.searchsorted(self.ends, found[at].to_numpy(), side="right")]
            counts[name] = found.assign(month=month).groupby(["customer", "month", "kpi_id"]).size()
        return pd.DataFrame(counts).fillna(0).astype(int).reset_index()

    # --- overrides ------------------------------------------------------------------------------------

    def _overrides(self) -> pd.DataFrame:
        """Some begin or end at a month's first instant, some begin before the one before them has ended."""
        rng = self.settings.rng("health overrides")
        world, parts = self.world, []
        for score, low in (
            (-3.8 - 1.1 * world.success + 0.6 * world.usage, 10),
            (-4.2 + 0.9 * world.relationship - 0.6 * world.usage, 70),
        ):
            customer, month = np.nonzero((rng.random(score.shape) < _chance(score)) & ~np.isnat(self.stays))
            points = low + rng.integers(0, 30, len(customer))
            parts.append(pd.DataFrame({"customer": customer, "month": month, "score": points}))
        rows = pd.concat(parts, ignore_index=True)
        count = len(rows)
        begins = np.where(rng.random(count) < 0.1, 0, rng.uniform(0, 25, count) * 86400).astype("timedelta64[s]")
        rows["start"] = self.ends[rows["month"]] + begins
        lasts = (rng.uniform(20, 150, count) * 86400).astype("timedelta64[s]")
        stop = pd.Series(rows["start"].to_numpy() + lasts)
        on_first = stop.dt.to_period("M").dt.start_time
        stop = stop.mask((rng.random(count) < 0.15) & (on_first > rows["start"]), on_first)
        rows["stop"] = stop.mask((rng.random(count) < 0.1) | (stop >= self.end))
        rows["reason"] = rng.choice(REASONS, count)
        rows = rows[rows["start"] < self.end].drop_duplicates(["customer", "start"])
        return rows.sort_values(["start", "customer"], kind="stable").reset_index(drop=True)

    def override_file(self) -> pd.DataFrame:
        rows = self.overrides
        customer = rows["customer"].to_numpy()
        frame = pd.DataFrame(
            {
                "customer_id": self.lives.account(customer, rows["start"].to_numpy()),
                "score": rows["score"].astype(float),
                "reason": rows["reason"],
                "set_by": [f"csm_{n + 1}" for n in self.world.customers["csm"].to_numpy()[customer]],
                "valid_from": text(rows["start"]),
                "valid_to": text(rows["stop"]),
            }
        )
        broken = frame.head(2).copy()
        broken["valid_from"] = ["2026-02-01 08:00:01", "2026-02-02 08:00:01"]
        broken["valid_to"] = ["2026-01-01 08:00:00", None]
        broken["score"] = [50.0, 500.0]
        return pd.concat([frame, frame.head(1), broken], ignore_index=True)

    def override_months(self) -> pd.DataFrame:
        """The score that holds at each month's end: the one set last."""
        rows = self.overrides.fillna({"stop": pd.Timestamp(self.settings.end + timedelta(days=1))})
        held = at_instants(rows, self.ends).sort_values(["customer", "instant", "start"])
        held = held.drop_duplicates(["customer", "instant"], keep="last")
        month = self.starts[np.searchsorted(self.ends, held["instant"].to_numpy())]
        return pd.DataFrame({"customer": held["customer"], "month": month, "score": held["score"].astype(float)})
