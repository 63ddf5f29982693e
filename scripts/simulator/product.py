"""Product use as Segment's warehouse connector lands it: tracks by day, users, groups.

A user is active on a day with logit -1.9 + 0.9 usage + keenness (at weekends a fifth of that chance), only
while the customer has access. What they use are the features that the customer has adopted: the better the
fit, the more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa

from .catalog import ADDON, FEATURES, released_at
from .ledger import Ledger
from .schemas import SCHEMAS
from .settings import Settings, add_months
from .world import VENDOR_DOMAIN, World

EVENTS = ("signed_in", "page_viewed", *(feature_id for feature_id, *_ in FEATURES))
SIGNED_IN, PAGE_VIEWED = 0, 1
FALLBACK, API, GATED = (EVENTS.index(name) for name in ("dashboard_viewed", "api_called", "forecast_run"))
ROLES = ("admin", "member", "member", "viewer")
BUSIEST_HOUR_UTC = {"AMER": 16, "EMEA": 11, "APAC": 4}
DUPLICATES, LATE, ANONYMOUS = 0.002, 0.005, 0.02
DAY_MS = 86_400_000


def segment_tables(settings: Settings, world: World, ledger: Ledger) -> dict[str, pd.DataFrame]:
    users = _users(settings, world, ledger)
    return {
        "users": pd.DataFrame(
            {
                "id": users["id"],
                "received_at": users["joined_at"] + pd.Timedelta(seconds=2),
                "email": users["email"],
                "name": users["first_name"] + " " + users["last_name"],
                "created_at": users["joined_at"],
                "account_id": users["group_id"],
                "is_internal": users["email"].str.endswith("@" + VENDOR_DOMAIN),
                "is_bot": users["is_bot"],
                "role": np.take(ROLES, users["rank"] % len(ROLES)),
            }
        ),
        "groups": _groups(settings, world, ledger, users),
    }


def track_days(settings: Settings, world: World, ledger: Ledger) -> Iterator[tuple[datetime, pa.Table]]:
    """One table of events per day, in order of time; a month is held in memory at once."""
    life = _ProductLife(settings, world, ledger)
    for month, start in enumerate(settings.month_starts):
        yield from life.month(month, start)


def entitlements(settings: Settings, ledger: Ledger) -> pd.DataFrame:
    """When each customer may use the gated feature: on Scale or with the add-on; `valid_to` null: still."""
    granted = pd.DataFrame(
        [
            (spell.customer, spell.start, spell.stop)
            for spell in ledger.spells
            if spell.price.plan == "Scale" or spell.price.product == ADDON
        ],
        columns=["customer", "valid_from", "valid_to"],
    ).sort_values(["customer", "valid_from", "valid_to"])
    covered = granted.groupby("customer")["valid_to"].cummax().groupby(granted["customer"]).shift()
    granted["stretch"] = (covered.isna() | (granted["valid_from"] > covered)).cumsum()
    merged = granted.groupby("stretch").agg({"customer": "first", "valid_from": "min", "valid_to": "max"})
    merged["valid_to"] = merged["valid_to"].where(merged["valid_to"] < settings.end)
    return merged.reset_index(drop=True)


def _users(settings: Settings, world: World, ledger: Ledger) -> pd.DataFrame:
    """The people who have joined while their customer could use the product."""
    last_access = pd.Series(
        pd.DataFrame(ledger.access, columns=["customer", "start", "stop"]).groupby("customer")["stop"].max()
    )
    people = world.people
    until = people["customer"].map(last_access).clip(upper=settings.end)
    users = people[people["joined_at"] < until].reset_index(drop=True)
    users["id"] = [f"u_{n:06d}" for n in users.index]
    users["group_id"] = [f"grp_{n:05d}" for n in users["customer"]]
    return users


def _groups(settings: Settings, world: World, ledger: Ledger, users: pd.DataFrame) -> pd.DataFrame:
    """A group call by every user on joining, with the account's traits at signature."""
    first_plan = {spell.customer: spell.price.plan for spell in reversed(ledger.spells)}
    accounts = world.customers.loc[users["customer"]]
    return pd.DataFrame(
        {
            "id": [f"group-{settings.token('group call', n)}" for n in users.index],
            "user_id": users["id"],
            "group_id": users["group_id"],
            "timestamp": users["joined_at"],
            "received_at": users["joined_at"] + pd.Timedelta(seconds=2),
            "name": accounts["name"].to_numpy(),
            "plan": users["customer"].map(first_plan),
            "salesforce_account_id": accounts["account_id"].to_numpy(),
        }
    )


class _ProductLife:
    """What does not change from month to month, and the events of one month."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger) -> None:
        self.settings = settings
        users = _users(settings, world, ledger)
        customers = len(world.customers)
        self.customer = users["customer"].to_numpy()
        self.keenness = users["keenness"].to_numpy()
        self.is_bot = users["is_bot"].to_numpy()
        self.joined = -((np.datetime64(settings.start, "us") - users["joined_at"].to_numpy()) // np.timedelta64(1, "D"))
        self.usage = world.usage
        self.busiest = np.array([BUSIEST_HOUR_UTC[region] for region in world.customers["region"]])
        self.access = settings.whole_days(ledger.access, customers)
        granted = entitlements(settings, ledger).fillna({"valid_to": pd.Timestamp(settings.end)})
        self.entitled = settings.whole_days(granted.itertuples(index=False), customers)
        self.released = np.array(
            [(released_at(share, settings.start, settings.end) - settings.start).days for *_, share, _ in FEATURES]
        )
        self.choice = self._adoption(world.customers["fit"].to_numpy())
        self.user_id, self.group_id = users["id"].to_numpy(dtype=str), users["group_id"].to_numpy(dtype=str)
        self.anonymous_id = np.array([settings.token("device", n, 20) for n in users.index])

    def _adoption(self, fit: np.ndarray) -> np.ndarray:
        """Customer x feature: cumulated share of each feature in use; the first two are always adopted."""
        rng = self.settings.rng("adoption")
        weights = np.array([weight for *_, weight in FEATURES])
        adopted = rng.random((len(fit), len(weights))) < 1 / (1 + np.exp(-(0.6 + 0.8 * fit)))[:, None]
        adopted[:, :2] = True
        shares = adopted * weights * rng.uniform(0.5, 1.5, adopted.shape)
        return np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)

    def month(self, month: int, start: datetime) -> Iterator[tuple[datetime, pa.Table]]:
        rng = self.settings.rng("events", month)
        first, last = ((at - self.settings.start).days for at in (start, add_months(start, 1)))
        user, day = self._active_days(rng, month, np.arange(first, last))
        at = self._first_moment(rng, user, day)
        user, day, at, event = self._events(rng, user, day, at)
        received = at + rng.exponential(3000, len(at)).astype(np.int64) + 500
        late = rng.random(len(at)) < LATE
        received[late] += rng.integers(3 * 3_600_000, 3 * DAY_MS, late.sum())
        ids = np.frombuffer(rng.bytes(16 * len(at)).hex().encode(), dtype="S32")
        again = np.flatnonzero(rng.random(len(at)) < DUPLICATES)
        rows = np.concatenate([np.arange(len(at)), again])
        received = np.concatenate([received, received[again] + rng.integers(60_000, 6 * 3_600_000, len(again))])
        hidden = (event == PAGE_VIEWED) & (rng.random(len(at)) < ANONYMOUS)
        kept = received < self.settings.days * DAY_MS
        rows, received = rows[kept], received[kept]
        order = np.lexsort((received, ids[rows], at[rows]))
        rows, received = rows[order], received[order]
        table = self._table(ids[rows], user[rows], event[rows], at[rows], received, hidden[rows])
        bounds = np.searchsorted(day[rows], np.arange(first, last + 1))
        for offset, (low, high) in enumerate(pairwise(bounds)):
            yield start + timedelta(days=offset), table.slice(low, high - low)

    def _active_days(self, rng: np.random.Generator, month: int, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        weekday = (self.settings.start.weekday() + days) % 7
        daily = 1 / (1 + np.exp(-(-1.9 + 0.9 * self.usage[self.customer, month] + self.keenness)))
        chance = np.where(self.is_bot, 0.9, daily)[:, None] * np.where(weekday < 5, 1.0, 0.2)
        present = self.access[self.customer][:, days] & (self.joined[:, None] <= days)
        user, position = np.nonzero(present & (rng.random(chance.shape) < chance))
        return user, days[position]

    def _first_moment(self, rng: np.random.Generator, user: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Milliseconds from the window's start; the two hours after it stay inside the day."""
        hour = np.abs(self.busiest[self.customer[user]] + rng.normal(0, 2.5, len(user))).clip(max=21.9)
        return day * DAY_MS + (hour * 3_600_000).astype(np.int64)

    def _events(self, rng: np.random.Generator, user: np.ndarray, day: np.ndarray, at: np.ndarray):
        """One sign-in a user and day, some page views, some features; bots only call the API."""
        bot = self.is_bot[user]
        pages = np.where(bot, 0, rng.poisson(0.8, len(user)))
        features = np.where(bot, 1 + rng.poisson(8, len(user)), rng.poisson(1.5, len(user)))
        counts = np.concatenate([np.where(bot, 0, 1), pages, features])
        source = np.repeat(np.tile(np.arange(len(user)), 3), counts)
        kind = np.repeat(np.repeat([0, 1, 2], len(user)), counts)
        user, day = user[source], day[source]
        at = at[source] + np.where(kind == 0, 0, rng.integers(1000, 7_200_000, len(source)))
        chosen = (rng.random(len(source))[:, None] > self.choice[self.customer[user]]).sum(axis=1)
        event = np.where(kind == 2, np.where(self.is_bot[user], API, chosen.clip(max=len(FEATURES) - 1) + 2), kind)
        too_early = (kind == 2) & (day < self.released[np.maximum(event - 2, 0)])
        not_granted = (event == GATED) & ~self.entitled[self.customer[user], day]
        return user, day, at, np.where(too_early | not_granted, FALLBACK, event)

    def _table(self, ids, user, event, at, received, hidden) -> pa.Table:
        """The tracks table; a user who is not signed in is known by device only."""
        names = np.array(EVENTS)
        library = np.where(event == API, "api", "analytics.js")
        columns = {
            "id": pa.array(ids).cast(pa.string()),
            "anonymous_id": _take(self.anonymous_id, user),
            "user_id": pa.array(self.user_id[user], mask=hidden),
            "event": _take(names, event),
            "event_text": _take(np.char.capitalize(np.char.replace(names, "_", " ")), event),
            "timestamp": self._instants(at),
            "original_timestamp": self._instants(at - 40),
            "sent_at": self._instants(at + 200),
            "received_at": self._instants(received),
            "context_group_id": _take(self.group_id, user),
            "context_library_name": pa.array(library),
            "uuid_ts": self._instants(received + 1500),
        }
        return pa.table(columns, schema=SCHEMAS["segment/tracks"])

    def _instants(self, milliseconds: np.ndarray) -> pa.Array:
        return pa.array(np.datetime64(self.settings.start, "us") + milliseconds.astype("timedelta64[ms]"))


def _take(values: np.ndarray, codes: np.ndarray) -> pa.Array:
    return pa.array(values).take(pa.array(codes))
