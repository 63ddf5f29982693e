"""Who uses the product, and what Segment's warehouse connector lands of them besides events.

Coefficients. A user is active on a day with logit -1.9 + 0.9 usage + keenness (at weekends a fifth of that chance),
only while the customer has access. A customer adopts each feature but the first two with logit 0.6 + 0.8 fit. A process
run by a program fails with logit -7.0 + 0.8 friction. A user's chance to leave is the same everywhere: 0.0018 a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from .catalog import ADDON, FEATURES, released_at
from .ledger import Ledger
from .settings import Settings, add_months
from .world import VENDOR_DOMAIN, World

ROLES = ("admin", "member", "member", "viewer")
LEAVING_DAYS, AWAY_DAYS, RETURNING = 550, (30, 200), 0.35
ALIASED, ALIASED_TWICE, DEVICE_ALIASED = 0.04, 0.25, 0.02
SKEWED_CLOCKS, OLD_LIBRARY = 0.02, 0.3
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
SITE_PAGES = ("/pricing", "/docs/start", "/docs/api", "/docs/reports", "/changelog", "/status", "/community")
APP_SCREENS = ("Home", "Reports", "Alerts", "Settings")
FAR = np.int64(2**62)


@dataclass(frozen=True)
class Users:
    """`frame`: one row per person who uses the product, in the order of their customers; times in milliseconds from the
    window's start: they joined, left (`away_from`), came back (`back_from`), and changed their id (`renamed_at`, person x 2).

    `ids`: every id ever sent; person n's first is ids[first_id[n]], after k changes ids[first_id[n] + k].
    `skew`: how far the device's clock is ahead; `is_unsent`: its library does not say when it sent a call, so that
    nobody can correct the clock."""

    frame: pd.DataFrame
    joined: np.ndarray
    away_from: np.ndarray
    back_from: np.ndarray
    renamed_at: np.ndarray
    ids: np.ndarray
    first_id: np.ndarray
    device: np.ndarray
    skew: np.ndarray
    is_unsent: np.ndarray

    @cached_property
    def customer(self) -> np.ndarray:
        return self.frame["customer"].to_numpy()

    @cached_property
    def counts(self) -> np.ndarray:
        """Neither staff nor a bot (R9)."""
        return ~(self.frame["is_internal"] | self.frame["is_bot"]).to_numpy()

    def id_at(self, user: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Position in `ids` of what each user is called at a moment."""
        return self.first_id[user] + (at[:, None] >= self.renamed_at[user]).sum(axis=1)


def build_users(settings: Settings, world: World, ledger: Ledger) -> Users:
    """The people who have joined while their customer could use the product."""
    frame = _people_with_access(settings, world, ledger)
    count = len(frame)
    start = np.datetime64(settings.start, "ms")
    joined = (frame["joined_at"].to_numpy().astype("datetime64[ms]") - start).astype(np.int64)
    rng = settings.rng("leaving users")
    is_settled = (frame["rank"].to_numpy() < 1) | frame["is_bot"].to_numpy() | frame["is_internal"].to_numpy()
    away_from = np.where(is_settled, FAR, joined + (rng.exponential(LEAVING_DAYS, count) * DAY_MS).astype(np.int64))
    pause = rng.integers(AWAY_DAYS[0] * DAY_MS, AWAY_DAYS[1] * DAY_MS, count)
    back_from = np.where((rng.random(count) < RETURNING) & (away_from < FAR), away_from + pause, FAR)
    renamed_at = _renamings(settings, frame, joined)
    ids_of = 1 + (renamed_at < FAR).sum(axis=1)
    names = [
        f"u_{n:06d}" if k == held - 1 else f"trial_{n:06d}{'_' * k}"
        for n, held in enumerate(ids_of)
        for k in range(held)
    ]
    skew, is_unsent = _clocks(settings, count)
    return Users(
        frame,
        joined,
        away_from,
        back_from,
        renamed_at,
        np.array(names),
        np.cumsum(ids_of) - ids_of,
        np.array([settings.token("device", n, 20) for n in range(count)]),
        skew,
        is_unsent,
    )


def _people_with_access(settings: Settings, world: World, ledger: Ledger) -> pd.DataFrame:
    last_access = pd.Series(
        pd.DataFrame(ledger.access, columns=["customer", "start", "stop"]).groupby("customer")["stop"].max()
    )
    people = world.people
    until = people["customer"].map(last_access).clip(upper=settings.end)
    frame = people[people["joined_at"] < until].sort_values("customer", kind="stable").reset_index(drop=True)
    frame["group_id"] = [f"grp_{n:05d}" for n in frame["customer"]]
    frame["is_internal"] = frame["email"].str.endswith("@" + VENDOR_DOMAIN)
    return frame


def _renamings(settings: Settings, frame: pd.DataFrame, joined: np.ndarray) -> np.ndarray:
    """When some people got another id (person x 2, FAR: never): who came on trial is named anew on buying, a few twice."""
    rng = settings.rng("renamed users")
    count = len(frame)
    first = joined + rng.integers(3 * DAY_MS, 60 * DAY_MS, count)
    second = first + rng.integers(DAY_MS, 90 * DAY_MS, count)
    is_renamed = (rng.random(count) < ALIASED) & ~frame["is_bot"].to_numpy() & ~frame["is_internal"].to_numpy()
    is_twice = is_renamed & (rng.random(count) < ALIASED_TWICE)
    renamed = np.stack([np.where(is_renamed, first, FAR), np.where(is_twice, second, FAR)], axis=1)
    # A call that arrives after the window's end has not been made as far as anybody can know.
    return np.where(renamed < settings.days * DAY_MS - HOUR_MS, renamed, FAR)


def _clocks(settings: Settings, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds that each device's clock is ahead, up to half a day either way, and whether its library is an old one."""
    rng = settings.rng("clocks")
    skew = np.where(rng.random(count) < SKEWED_CLOCKS, rng.integers(-12 * HOUR_MS, 12 * HOUR_MS, count), 0)
    is_unsent = (skew != 0) & (rng.random(count) < OLD_LIBRARY)
    return skew, is_unsent


def segment_tables(settings: Settings, world: World, ledger: Ledger, users: Users) -> dict[str, pd.DataFrame]:
    groups = _groups(settings, world, ledger, users)
    named = _namings(settings, users)
    return {
        "users": _user_rows(named),
        "identifies": _identify_rows(settings, named),
        "aliases": _alias_rows(settings, users, named),
        "groups": groups,
        "accounts": _account_rows(groups),
    }


def _namings(settings: Settings, users: Users) -> pd.DataFrame:
    """One row per person and id, from when it was sent: joining, then each change."""
    held = np.diff(np.append(users.first_id, len(users.ids)))
    person = np.repeat(np.arange(len(held)), held)
    change = np.arange(len(users.ids)) - users.first_id[person]
    at = np.where(change == 0, users.joined[person], users.renamed_at[person, np.maximum(change - 1, 0)])
    rows = users.frame.loc[person].reset_index(drop=True)
    return rows.assign(
        id=users.ids,
        previous_id=np.where(change == 0, None, np.roll(users.ids, 1)),
        anonymous_id=users.device[person],
        named_at=_moment(settings, at),
        role=np.take(ROLES, rows["rank"] % len(ROLES)),
        name=rows["first_name"] + " " + rows["last_name"],
    )


def _user_rows(named: pd.DataFrame) -> pd.DataFrame:
    """The latest traits per id; an id that was given up stays as it was."""
    return pd.DataFrame(
        {
            "id": named["id"],
            "received_at": named["named_at"] + pd.Timedelta(seconds=2),
            "email": named["email"],
            "name": named["name"],
            "created_at": named["joined_at"],
            "account_id": named["group_id"],
            "is_internal": named["is_internal"],
            "is_bot": named["is_bot"],
            "role": named["role"],
        }
    )


def _identify_rows(settings: Settings, named: pd.DataFrame) -> pd.DataFrame:
    """One identify call per id, and a second a month later where the role was set late."""
    first = named.assign(role=None)
    second = named.assign(named_at=named["named_at"] + timedelta(days=30))
    calls = pd.concat([first, second[second["named_at"] < settings.end]], ignore_index=True)
    return pd.DataFrame(
        {
            "id": [f"identify-{settings.token('identify call', n)}" for n in calls.index],
            "anonymous_id": calls["anonymous_id"],
            "user_id": calls["id"],
            **_call_times(calls["named_at"]),
            "email": calls["email"],
            "name": calls["name"],
            "created_at": calls["joined_at"],
            "account_id": calls["group_id"],
            "role": calls["role"],
        }
    )


def _alias_rows(settings: Settings, users: Users, named: pd.DataFrame) -> pd.DataFrame:
    """One alias call per change of id; a few devices were aliased too, when their user first signed in."""
    renamed = named[named["previous_id"].notna()]
    is_device = settings.rng("aliased devices").random(len(users.frame)) < DEVICE_ALIASED
    first = named.iloc[users.first_id[is_device]]
    calls = pd.concat([renamed, first.assign(previous_id=first["anonymous_id"])], ignore_index=True)
    return pd.DataFrame(
        {
            "id": [f"alias-{settings.token('alias call', n)}" for n in calls.index],
            "anonymous_id": calls["anonymous_id"],
            "user_id": calls["id"],
            "previous_id": calls["previous_id"],
            **_call_times(calls["named_at"]),
        }
    )


def _groups(settings: Settings, world: World, ledger: Ledger, users: Users) -> pd.DataFrame:
    """A group call by every user on joining, with the account's traits at signature."""
    frame = users.frame
    first_plan = {spell.customer: spell.price.plan for spell in reversed(ledger.spells)}
    accounts = world.customers.loc[frame["customer"]]
    return pd.DataFrame(
        {
            "id": [f"group-{settings.token('group call', n)}" for n in frame.index],
            "anonymous_id": users.device,
            "user_id": users.ids[users.first_id],
            "group_id": frame["group_id"],
            **_call_times(frame["joined_at"]),
            "name": accounts["name"].to_numpy(),
            "plan": frame["customer"].map(first_plan),
            "salesforce_account_id": accounts["account_id"].to_numpy(),
        }
    )


def _account_rows(groups: pd.DataFrame) -> pd.DataFrame:
    latest = groups.sort_values("received_at").drop_duplicates("group_id", keep="last")
    return latest[["group_id", "received_at", "name", "plan", "salesforce_account_id"]].rename(
        columns={"group_id": "id"}
    )


def _call_times(at: pd.Series) -> dict[str, pd.Series]:
    """The times of a call made at `at` by a device whose clock is right."""
    received = at + pd.Timedelta(seconds=2)
    return {
        "timestamp": at,
        "original_timestamp": at,
        "sent_at": received,
        "received_at": received,
        "uuid_ts": received + pd.Timedelta(milliseconds=1500),
    }


def _moment(settings: Settings, milliseconds: np.ndarray) -> np.ndarray:
    return np.datetime64(settings.start, "us") + milliseconds.astype("timedelta64[ms]")


def visits(settings: Settings, users: Users, presence: Presence) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """(table, month, rows): calls of the web site (pages) and of the mobile app (screens), a month at a time. They are
    not use of the product."""
    has_app = settings.rng("mobile app").random(len(users.frame)) < 0.15
    for month, start in enumerate(settings.month_starts):
        first, last = ((at - settings.start).days for at in (start, add_months(start, 1)))
        for table, names, mean in (("pages", SITE_PAGES, 1.2), ("screens", APP_SCREENS, 2.5 * has_app)):
            rng = settings.rng(table, month)
            user = np.repeat(np.arange(len(has_app)), rng.poisson(mean, len(has_app)))
            at = np.sort(rng.integers(first * DAY_MS, last * DAY_MS - HOUR_MS, len(user)))
            user = rng.permutation(user)
            is_there = presence.at(user, at // DAY_MS)
            user, at = user[is_there], at[is_there]
            visited = np.take(names, rng.integers(0, len(names), len(user)))
            rows = {
                "id": [f"{table[:-1]}-{month}-{n}" for n in range(len(user))],
                "anonymous_id": users.device[user],
                "user_id": users.ids[users.id_at(user, at)],
                **_call_times(pd.Series(_moment(settings, at))),
                "name": visited,
            }
            if table == "pages":
                rows |= {"path": visited, "url": np.char.add("https://www.cadence.example", visited)}
            yield table, f"{start:%Y-%m}", pd.DataFrame(rows)


class Presence:
    """On which days who may use the product: joined, not away, at a customer with access."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger, users: Users) -> None:
        self.users = users
        self.access = np.ascontiguousarray(settings.whole_days(ledger.access, len(world.customers)).T)
        # The first whole day after joining or returning, the last whole day before leaving.
        self.first, self.back = -(-users.joined // DAY_MS), -(-users.back_from // DAY_MS)
        self.last = users.away_from // DAY_MS

    def on(self, day: int) -> np.ndarray:
        """Whether each user is there on one day."""
        is_in = (self.first <= day) & ((day < self.last) | (day >= self.back))
        return is_in & self.access[day][self.users.customer]

    def at(self, user: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Whether each user is there on a day of its own."""
        is_in = (self.first[user] <= day) & ((day < self.last[user]) | (day >= self.back[user]))
        return is_in & self.access[day, self.users.customer[user]]


def adopted_shares(settings: Settings, fit: np.ndarray) -> np.ndarray:
    """Customer x feature: cumulated share of each feature in use; the first two are always adopted."""
    rng = settings.rng("adoption")
    weights = np.array([weight for *_, weight in FEATURES])
    adopted = rng.random((len(fit), len(weights))) < 1 / (1 + np.exp(-(0.6 + 0.8 * fit)))[:, None]
    adopted[:, :2] = True
    shares = adopted * weights * rng.uniform(0.5, 1.5, adopted.shape)
    return np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)


def release_days(settings: Settings) -> np.ndarray:
    """Day of the window on which each feature came."""
    return np.array(
        [(released_at(share, settings.start, settings.end) - settings.start).days for *_, share, _ in FEATURES]
    )


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


def day_number(settings: Settings, at: datetime) -> int:
    """Day of the window in which a moment lies."""
    return (at - settings.start) // timedelta(days=1)
