"""The truth of product use, counted while the days are lived: counters by user and month, whatever the number of events.

A day's use is a bit of its month in a user's (or a user's and feature's) counter, so that days are distinct however many events
they hold. Use counts from the day of the customer's first paid service on; in months of the spine (R4).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from .catalog import FEATURES
from .events import API, EVENTS, Day
from .ledger import Ledger
from .product import DAY_MS, FAR, Users, entitlements, release_days
from .settings import Settings, add_months
from .world import World

FIRST_FEATURE = len(EVENTS) - len(FEATURES)
ADOPTING_USES, ADOPTING_DAYS = 3, 2
POWER_FEATURES, POWER_DAYS = 4, 4
NEW_DAYS = 90
SESSION_GAP_MS, LONGEST_SESSION_MS = 30 * 60_000, 240 * 60_000
BLOCKS, BLOCK_DAYS = 4, 28
FEATURE_MEASURES = ("users", "uses", "adopters", "user_days", "used_days", "used_weekdays")
BLOCK_MEASURES = (
    "block_users", "prior_block_users", "block_days", "prior_block_days", "block_login_days", "prior_block_login_days",
)  # fmt: skip
# Active users by the number of days on which they were: the lower bound of each bin.
DAY_BINS = {
    "users_on_1_day": 1,
    "users_on_2_to_3_days": 2,
    "users_on_4_to_7_days": 4,
    "users_on_8_to_14_days": 8,
    "users_on_15_to_21_days": 15,
    "users_on_22_or_more_days": 22,
}
FEATURE_IDS = pd.array(EVENTS[FIRST_FEATURE:], dtype="str")
IS_CORE = np.array([is_core for _, _, is_core, *_ in FEATURES])
SENT_BY_PROGRAMS = np.array([feature_id == EVENTS[API] for feature_id, *_ in FEATURES])
IS_GATED = np.array([is_gated for _, _, _, is_gated, *_ in FEATURES])
NEVER = 2**31 - 1


@dataclass(frozen=True)
class Spell:
    """Days from `first` on, before the moment `until` (days of the window, fractions of one), in which a customer may use
    the gated feature; two that meet within a day are one."""

    customer: int
    first: int
    until: float


def feature_spells(settings: Settings, ledger: Ledger) -> list[Spell]:
    spells: list[Spell] = []
    for row in entitlements(settings, ledger).sort_values(["customer", "valid_from"]).itertuples():
        first = (row.valid_from - settings.start) // timedelta(days=1)
        until = np.inf if pd.isna(row.valid_to) else (row.valid_to - settings.start) / timedelta(days=1)
        if spells and spells[-1].customer == row.customer and first <= np.floor(spells[-1].until):
            spells[-1] = Spell(row.customer, spells[-1].first, max(spells[-1].until, until))
        else:
            spells.append(Spell(row.customer, first, until))
    return spells


class UsageTruth:
    """Call `count` with each day in order, then `lived`."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger, users: Users) -> None:
        self.settings, self.world, self.ledger, self.users = settings, world, ledger, users
        people, features, self.customers = len(users.frame), len(FEATURES), len(world.customers)
        self.first_paid = np.full(self.customers, NEVER, dtype=np.int64)
        for spell in ledger.spells:
            day = (spell.start - settings.start) // timedelta(days=1)
            self.first_paid[spell.customer] = min(self.first_paid[spell.customer], day)
        # Of the current month: bits of days, and numbers of events.
        self.seen, self.active = np.zeros((2, people), dtype=np.uint32)
        self.value_events = np.zeros(people, dtype=np.int64)
        self.feature_days = np.zeros((people, features), dtype=np.uint32)
        self.uses = np.zeros((people, features), dtype=np.int64)
        # Since ever, or since the current spell of a gated feature.
        self.uses_ever = np.zeros((people, features), dtype=np.int64)
        self.days_ever = np.zeros((people, features), dtype=np.int64)
        self.spells = feature_spells(settings, ledger)
        self.spell_of = np.full(self.customers, -1)
        self.adopted = np.full((self.customers, features), NEVER)
        self.adopted_in_spell = np.full(len(self.spells), NEVER)
        self.first_counted_month, self.first_counted_day = settings.months, settings.days
        # Whether each user was there, and active, on each of the last 112 days, packed.
        self.recent: deque[tuple[np.ndarray, np.ndarray]] = deque(maxlen=BLOCKS * BLOCK_DAYS)
        # By customer: sessions of the month and their milliseconds; these on each of the last 112 days.
        self.sessions, self.session_ms = np.zeros((2, self.customers), dtype=np.int64)
        self.recent_ms: deque[np.ndarray] = deque(maxlen=BLOCKS * BLOCK_DAYS)
        self.months: list[dict[str, np.ndarray]] = []
        self.active_in: list[np.ndarray] = []
        # By month: customer, feature and uses of every user who adopted it in that month.
        self.adopters_in: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.seen_days_in: list[np.ndarray] = []

    def count(self, day: Day) -> None:
        month = self.settings.month_of(self.settings.start + timedelta(days=day.number))
        first = (self.settings.month_starts[month] - self.settings.start).days
        self._begin_spells(day.number)
        is_person = self.users.counts[day.user]
        user, event = day.user[is_person], day.event[is_person]
        if len(user):
            self.first_counted_month = min(self.first_counted_month, month)
            self.first_counted_day = min(self.first_counted_day, day.number)
        self._adopt(day.number, user, event)
        is_paid = self.first_paid[self.users.customer[user]] <= day.number
        self._use(np.uint32(1 << (day.number - first)), user[is_paid], event[is_paid])
        is_in_app = is_paid & (event != API)
        self._sit(user[is_in_app], day.at[is_person][is_in_app])
        if day.number + 1 == (add_months(self.settings.start, month + 1) - self.settings.start).days:
            self._close(first, day.number + 1 - first)

    def _use(self, bit: np.uint32, user: np.ndarray, event: np.ndarray) -> None:
        self.seen[user] |= bit
        was_seen = np.bincount(user, minlength=len(self.seen)) > 0
        is_use = event >= FIRST_FEATURE
        user, feature = user[is_use], event[is_use] - FIRST_FEATURE
        self.active[user] |= bit
        was_active = np.bincount(user, minlength=len(self.active)) > 0
        self.recent.append((np.packbits(was_seen), np.packbits(was_active)))
        self.value_events += np.bincount(user, minlength=len(self.active))
        self.feature_days[user, feature] |= bit
        self.uses += self._by_feature(user, feature)

    def _sit(self, user: np.ndarray, at: np.ndarray) -> None:
        """Of each user the stretches of events without a gap; what a program sent is none."""
        order = np.lexsort((at, user))
        user, at = user[order], at[order]
        begins = np.append(True, (np.diff(user) > 0) | (np.diff(at) > SESSION_GAP_MS))[: len(user)]
        first = np.flatnonzero(begins)
        last = np.append(first[1:], len(user))[: len(first)] - 1
        customer = self.users.customer[user[first]]
        sat = np.zeros(self.customers, dtype=np.int64)
        np.add.at(sat, customer, np.minimum(at[last] - at[first], LONGEST_SESSION_MS))
        self.sessions += np.bincount(customer, minlength=self.customers)
        self.session_ms += sat
        self.recent_ms.append(sat)

    def _by_feature(self, user: np.ndarray, feature: np.ndarray) -> np.ndarray:
        places = user.astype(np.int64) * len(FEATURES) + feature
        return np.bincount(places, minlength=self.uses.size).reshape(self.uses.shape)

    def _begin_spells(self, day: int) -> None:
        """A new entitlement begins anew; days outside any do not count."""
        for number, spell in enumerate(self.spells):
            if spell.first == day or (day == 0 and spell.first < 0):
                self.spell_of[spell.customer] = number
                mine = np.ix_(self.users.customer == spell.customer, IS_GATED)
                self.uses_ever[mine] = self.days_ever[mine] = 0

    def _adopt(self, day: int, user: np.ndarray, event: np.ndarray) -> None:
        is_use = event >= FIRST_FEATURE
        user, feature = user[is_use], event[is_use] - FIRST_FEATURE
        spell = self.spell_of[self.users.customer[user]]
        until = np.array([spell.until for spell in self.spells] + [-np.inf])
        allowed = ~IS_GATED[feature] | (day < until[spell])
        uses = self._by_feature(user[allowed], feature[allowed])
        self.uses_ever += uses
        self.days_ever += uses > 0
        who, what = np.nonzero((uses > 0) & (self.uses_ever >= ADOPTING_USES) & (self.days_ever >= ADOPTING_DAYS))
        customer = self.users.customer[who]
        gated = IS_GATED[what]
        np.minimum.at(self.adopted, (customer[~gated], what[~gated]), day)
        np.minimum.at(self.adopted_in_spell, self.spell_of[customer[gated]], day)

    def _close(self, first: int, days: int) -> None:
        """Sums the month that ends by customer, and begins the next."""
        weekday = sum(1 << d for d in range(days) if (self.settings.start.weekday() + first + d) % 7 < 5)
        last_week = sum(1 << d for d in range(days - 7, days))
        weekdays, last_week = np.uint32(weekday), np.uint32(last_week)
        used_on = np.zeros((self.customers, len(FEATURES)), dtype=np.uint32)
        np.bitwise_or.at(used_on, self.users.customer, self.feature_days)
        active_days, feature_days = np.bitwise_count(self.active), np.bitwise_count(self.feature_days)
        adopts = (self.uses >= ADOPTING_USES) & (feature_days >= ADOPTING_DAYS)
        is_power = (feature_days >= POWER_DAYS).sum(axis=1) >= POWER_FEATURES
        self.months.append(
            {
                "active_users": self._sum(self.active > 0),
                "weekly_active_users": self._sum((self.active & last_week) > 0),
                "active_user_days": self._sum(active_days),
                "active_user_weekdays": self._sum(np.bitwise_count(self.active & weekdays)),
                "value_events": self._sum(self.value_events),
                "api_value_events": self._sum(self.uses[:, SENT_BY_PROGRAMS].sum(axis=1)),
                "login_days": self._sum(np.bitwise_count(self.seen)),
                "power_users": self._sum(is_power),
                **self._histogram(active_days),
                "sessions": self.sessions.copy(),
                "session_ms": self.session_ms.copy(),
                "users": self._sum(feature_days > 0),
                "uses": self._sum(self.uses),
                "adopters": self._sum(adopts),
                "user_days": self._sum(feature_days),
                "used_days": np.bitwise_count(used_on),
                "used_weekdays": np.bitwise_count(used_on & weekdays),
                **self._blocks(),
                "block_session_ms": sum(list(self.recent_ms)[-BLOCK_DAYS:]),
                "prior_block_session_ms": sum(list(self.recent_ms)[:-BLOCK_DAYS], np.zeros_like(self.session_ms)),
            }
        )
        who, what = np.nonzero(adopts)
        self.adopters_in.append((self.users.customer[who], what, self.uses[who, what]))
        self.active_in.append(np.packbits(self.active > 0))
        self.seen_days_in.append(np.bitwise_count(self.seen))
        by_user = (self.seen, self.active, self.value_events, self.feature_days, self.uses)
        for counter in (*by_user, self.sessions, self.session_ms):
            counter[...] = 0

    def _blocks(self) -> dict[str, np.ndarray]:
        """Active users, their days and all days on which users came in the last 28 days, and in the three blocks of 28 days before
        added up."""
        if len(self.recent) < BLOCKS * BLOCK_DAYS:
            return dict.fromkeys(BLOCK_MEASURES, np.zeros(self.customers, dtype=np.int32))
        logins, days = (
            np.unpackbits(np.stack(packed), axis=1, count=len(self.active))
            .reshape(BLOCKS, BLOCK_DAYS, -1)
            .sum(axis=1, dtype=np.int64)
            for packed in zip(*self.recent, strict=True)
        )
        users = (days > 0).astype(np.int64)
        found = [part for counts in (users, days, logins) for part in (counts[-1], counts[:-1].sum(axis=0))]
        return dict(zip(BLOCK_MEASURES, map(self._sum, found), strict=True))

    def _histogram(self, active_days: np.ndarray) -> dict[str, np.ndarray]:
        bins = np.searchsorted(list(DAY_BINS.values()), active_days, side="right") - 1
        return {name: self._sum(bins == place) for place, name in enumerate(DAY_BINS)}

    def _sum(self, by_user: np.ndarray) -> np.ndarray:
        """By customer; users lie in the order of their customers."""
        ends = np.searchsorted(self.users.customer, np.arange(self.customers + 1))
        total = np.concatenate(
            [np.zeros((1, *by_user.shape[1:]), dtype=np.int64), by_user.cumsum(axis=0, dtype=np.int64)]
        )
        return (total[ends[1:]] - total[ends[:-1]]).astype(np.int32)

    # --- what is written ------------------------------------------------------------------------------

    def lived(self, spine: pd.DataFrame, entitled: pd.DataFrame, assigned: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """By customer and month of the `spine` since users are recorded, all of them by number. `entitled`, `assigned`: seats bought and held."""
        spine = spine[spine["month"] >= self.first_counted_month].reset_index(drop=True)
        return {
            "active_users": self._active_users(spine),
            "feature_months": self._feature_months(spine),
            "feature_adoptions": self._feature_adoptions(spine),
            "seats": self._seats(spine, entitled, assigned),
        }

    def tables(self, lived: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """What is written of what was lived: customers by name, months by their first day."""
        starts = np.array([start.date() for start in self.settings.month_starts])
        named = {}
        for name, rows in lived.items():
            month = {"month": starts[rows["month"]]} if "month" in rows else {}
            named[name] = rows.assign(**self.world.names(rows["customer"]), **month)
        return named

    def measure(self, spine: pd.DataFrame, name: str) -> np.ndarray:
        return np.stack([month[name] for month in self.months])[spine["month"], spine["customer"]]

    def _active_users(self, spine: pd.DataFrame) -> pd.DataFrame:
        names = ("active_users", "weekly_active_users", "active_user_days", "active_user_weekdays")
        ends = np.array([(add_months(start, 1) - self.settings.start).days for start in self.settings.month_starts])
        begins = np.array([(start - self.settings.start).days for start in self.settings.month_starts])
        month, customer = spine["month"].to_numpy(), spine["customer"].to_numpy()
        counted_days = ends[month] - np.maximum(begins[month], self.first_paid[customer])
        names += ("value_events", "api_value_events", "login_days", "power_users", *DAY_BINS, *BLOCK_MEASURES)
        measures = {name: self.measure(spine, name) for name in names}
        joined_in = np.searchsorted(ends * DAY_MS, self.users.joined, side="right")
        registered = np.stack([self._sum((joined_in <= n) & self.users.counts) for n in range(len(ends))])
        return spine.assign(
            **measures,
            counted_days=counted_days,
            counted_weekdays=self._weekdays(ends[month]) - self._weekdays(ends[month] - counted_days),
            daily_active_users=measures["active_user_days"] / counted_days,
            registered_users=registered[month, customer],
        )

    def _weekdays(self, days: np.ndarray) -> np.ndarray:
        """Of the window's first so many days."""
        first = np.datetime64(self.settings.start, "D")
        return np.busday_count(first, first + days)

    def _feature_months(self, spine: pd.DataFrame) -> pd.DataFrame:
        """Every feature that the customer could use in the month: released by its end, and granted in it if gated."""
        month, customer = spine["month"].to_numpy(), spine["customer"].to_numpy()
        starts = [(start - self.settings.start).days for start in self.settings.month_starts] + [self.settings.days]
        granted = np.zeros((self.settings.months, self.customers), dtype=bool)
        for row in entitlements(self.settings, self.ledger).itertuples():
            since = (row.valid_from - self.settings.start) / timedelta(days=1)
            until = np.inf if pd.isna(row.valid_to) else (row.valid_to - self.settings.start) / timedelta(days=1)
            for n in range(self.settings.months):
                granted[n, row.customer] |= since < starts[n + 1] and until > starts[n]
        is_granted = granted[month, customer]
        is_released = release_days(self.settings) < np.array(starts)[month + 1][:, None]
        row, feature = np.nonzero(is_released & (~IS_GATED | is_granted[:, None]))
        measures = {name: self.measure(spine, name) for name in FEATURE_MEASURES}
        used = np.zeros((self.settings.months + 3, self.customers, len(FEATURES)), dtype=bool)
        used[month + 3, customer] = measures["used_days"] > 0
        before = used[month, customer] | used[month + 1, customer] | used[month + 2, customer]
        is_new = release_days(self.settings) >= np.array(starts)[month + 1][:, None] - NEW_DAYS
        found = spine.iloc[row].reset_index(drop=True).assign(feature_id=FEATURE_IDS.take(feature), feature=feature)
        return found.assign(
            **{name: values[row, feature] for name, values in measures.items()},
            is_used_in_prior_3_months=before[row, feature],
            is_new=is_new[row, feature],
        )

    def _feature_adoptions(self, spine: pd.DataFrame) -> pd.DataFrame:
        """Every feature from the later of release and grant (else the first paid day) to the day of its first user's third
        use on a second day; a feature that is granted again begins again."""
        payers = set(spine["customer"])
        released = release_days(self.settings)
        rows = []
        for customer in payers:
            since = self.first_paid[customer]
            for feature in np.flatnonzero(~IS_GATED):
                rows.append((customer, feature, max(since, released[feature]), self.adopted[customer, feature]))
        (gated,) = np.flatnonzero(IS_GATED)
        for number, spell in enumerate(self.spells):
            if spell.customer in payers:
                clock = max(self.first_paid[spell.customer], released[gated], spell.first)
                rows.append((spell.customer, gated, clock, self.adopted_in_spell[number]))
        found = pd.DataFrame(rows, columns=["customer", "feature", "clock", "adopted"])
        found = found[found["clock"] < self.settings.days].reset_index(drop=True)
        adopted = found[["adopted", "clock"]].max(axis=1).where(found["adopted"] < NEVER)
        start = pd.Timestamp(self.settings.start)
        dates = {
            "feature_id": FEATURE_IDS.take(found["feature"]),
            "clock_started_on": (start + pd.to_timedelta(found["clock"], unit="D")).dt.date,
            "adopted_on": (start + pd.to_timedelta(adopted, unit="D")).dt.date,
        }
        return found[["customer"]].assign(**dates)

    def _seats(self, spine: pd.DataFrame, entitled: pd.DataFrame, assigned: pd.DataFrame) -> pd.DataFrame:
        """At each month's end: seats bought (missing where unlimited or none), held, held by somebody who ever signed in, and
        by somebody active in the month; the days of the month on which their holders came."""
        months, sums = self.settings.months, {}
        held, logged, active, login_days = np.zeros((4, months, self.customers), dtype=np.int64)
        bought = np.full((months, self.customers), np.nan)
        user = assigned["user"].to_numpy()
        first_login = (
            assigned["first_login"].where(assigned["first_login"] >= 0, FAR).groupby(user).transform("min").to_numpy()
        )
        for n, start in enumerate(self.settings.month_starts):
            end = add_months(start, 1)
            end_ms = (end - self.settings.start).days * DAY_MS
            sits = ((assigned["assigned"] < end_ms) & (assigned["unassigned"] >= end_ms)).to_numpy()
            is_active = np.unpackbits(self.active_in[n], count=len(self.active)).astype(bool)[user]
            has_logged = first_login < end_ms
            for counter, which in ((held, sits), (logged, sits & has_logged), (active, sits & is_active)):
                counter[n] = np.bincount(self.users.customer[user[which]], minlength=self.customers)
            seen = self.seen_days_in[n][user[sits]]
            login_days[n] = np.bincount(self.users.customer[user[sits]], weights=seen, minlength=self.customers)
            runs = entitled[(entitled["valid_from"] < end) & ~(entitled["valid_to"] < end)]
            sums = runs.groupby("customer")["purchased"].agg(lambda seats: seats.astype(float).sum(skipna=False))
            bought[n, sums.index] = sums
        month, customer = spine["month"].to_numpy(), spine["customer"].to_numpy()
        return spine.assign(
            purchased_seats=pd.Series(bought[month, customer]).astype("Int64"),
            assigned_seats=held[month, customer],
            activated_seats=logged[month, customer],
            active_seats=active[month, customer],
            login_days=login_days[month, customer],
        )
