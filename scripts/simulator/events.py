"""Track calls as Segment lands them, a day at a time, so that memory does not grow with their number.

A call's `timestamp` is what Segment makes of three clocks: received_at - (sent_at - original_timestamp). A wrong clock on the
device cancels out, unless the library does not send `sent_at` (then the device's time stands) or the clock was set right
between a failed attempt and its repetition (then the two deliveries carry different times).

Files lie in the folder of the event's day: part-0 is what had arrived within three days, part-1 what was appended later or
moved there by a clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from .catalog import FEATURES
from .ledger import Ledger
from .product import DAY_MS, HOUR_MS, Presence, Users, adopted_shares, entitlements, release_days
from .schemas import SCHEMAS
from .settings import Settings
from .world import World

EVENTS = ("signed_in", "page_viewed", *(feature_id for feature_id, *_ in FEATURES))
SIGNED_IN, PAGE_VIEWED = 0, 1
FALLBACK, API, GATED = (EVENTS.index(name) for name in ("dashboard_viewed", "api_called", "forecast_run"))
BUSIEST_HOUR_UTC = {"AMER": 16, "EMEA": 11, "APAC": 4}
PAGES_A_DAY, FEATURES_A_DAY, CALLS_A_BOTS_DAY = 0.8, 1.5, 9.0
LATE, VERY_LATE, ANONYMOUS, FROM_THE_FUTURE = 0.005, 0.0005, 0.02, 0.0003
REPEATED, REPEATED_DAYS_LATER, CLOCK_SET_RIGHT = 0.002, 0.18, 0.1
ON_TIME_DAYS, VERY_LATE_DAYS, REPEATED_AFTER_DAYS = 3, 60, 10
NOT_SENT = -(2**62)


@dataclass(frozen=True)
class Day:
    """The deliveries that the vendor dates on day `number` and does not reject, each event once: what counts as use. `at`: the
    earliest time that the event has on that day, in milliseconds from the window's start."""

    number: int
    user: np.ndarray
    event: np.ndarray
    at: np.ndarray


@dataclass(frozen=True)
class Deliveries:
    """Delivered calls of one day's events, columns side by side; times in milliseconds from the window's start."""

    key: np.ndarray
    user: np.ndarray
    event: np.ndarray
    id_position: np.ndarray
    timestamp: np.ndarray
    original: np.ndarray
    sent: np.ndarray
    received: np.ndarray

    def where(self, chosen: np.ndarray) -> Deliveries:
        return Deliveries(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    @property
    def is_believable(self) -> np.ndarray:
        return self.timestamp <= self.received + DAY_MS


class EventLife:
    """Writes the calls of every day and tells what they count for.

    `first_login`: each user's first sign-in ever, and the first after coming back; milliseconds, -1 where none."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger, users: Users, presence: Presence) -> None:
        self.settings, self.users, self.presence = settings, users, presence
        self.is_bot = users.frame["is_bot"].to_numpy()
        self.weekend = [(settings.start.weekday() + day) % 7 >= 5 for day in range(settings.days)]
        self.usage, self.keenness = world.usage, users.frame["keenness"].to_numpy()
        busiest = np.array([BUSIEST_HOUR_UTC[region] for region in world.customers["region"]])
        self.busiest = busiest[users.customer]
        granted = entitlements(settings, ledger).fillna({"valid_to": settings.end})
        entitled = settings.whole_days(granted.itertuples(index=False), len(world.customers))
        self.entitled = np.ascontiguousarray(entitled.T)
        self.released = release_days(settings)
        self.choice = adopted_shares(settings, world.customers["fit"].to_numpy())[users.customer].astype(np.float32)
        self.month_of_day = [settings.month_of(settings.start + timedelta(days=day)) for day in range(settings.days)]
        self.first_login = np.full((len(users.frame), 2), -1, dtype=np.int64)
        self.columns = _Columns(settings, users)
        self.chance_month, self.chance = -1, np.empty(0)
        self.intensity = self._intensity()

    def _chance_on(self, day: int) -> np.ndarray:
        """Each user's chance to be active, as if there."""
        if self.chance_month != self.month_of_day[day]:
            self.chance_month = self.month_of_day[day]
            daily = 1 / (1 + np.exp(-(-1.9 + 0.9 * self.usage[self.users.customer, self.chance_month] + self.keenness)))
            self.chance = np.where(self.is_bot, 0.9, daily)
        return self.chance * (0.2 if self.weekend[day] else 1.0)

    def _intensity(self) -> float:
        """What multiplies the pages, features and calls of every user and day, so that about `settings.events` calls are
        delivered; 1 where no number was asked for. Below 1, sign-ins become as much rarer."""
        if self.settings.events is None:
            return 1.0
        user_days = bot_days = 0.0
        for day in range(self.settings.days):
            chance = self._chance_on(day) * self.presence.on(day)
            bot_days += chance[self.is_bot].sum()
            user_days += chance[~self.is_bot].sum()
        wanted = self.settings.events / (1 + REPEATED)
        others = (PAGES_A_DAY + FEATURES_A_DAY) * user_days + CALLS_A_BOTS_DAY * bot_days
        intensity = (wanted - user_days) / max(others, 1)
        return intensity if intensity >= 1 else wanted / max(others + user_days, 1)

    def live(
        self, write: Callable[[datetime, int, pa.Table], None], *counters: Callable[[Day], None]
    ) -> Iterator[tuple[datetime, int]]:
        """Every day in order with the number of calls written for it; each of `counters` is called for each day in order too."""
        waiting, dated = defaultdict(list), defaultdict(list)
        for day in range(self.settings.days):
            written = 0
            calls = self._calls(day)
            for number, part in self._by_day(_counted(calls), "timestamp"):
                dated[number].append(part)
            for number, part in self._by_day(calls, "filed"):
                is_on_time = part.received < (number + 1 + ON_TIME_DAYS) * DAY_MS
                if number == day and is_on_time.any():
                    write(self._date(day), 0, self.columns.table(part.where(is_on_time)))
                    written += int(is_on_time.sum())
                    part = part.where(~is_on_time)
                if len(part.user):
                    waiting[number].append(self.columns.table(part))
            # Clocks that are believed are wrong by less than a day: the day before is complete now.
            for number in range(max(day - 1, 0), day + (day == self.settings.days - 1)):
                lived = _day_of(number, dated.pop(number, []))
                for count in counters:
                    count(lived)
                if number in waiting:
                    late = pa.concat_tables(waiting.pop(number))
                    write(self._date(number), 1, late)
                    written += late.num_rows
            yield self._date(day), written

    def _date(self, day: int) -> datetime:
        return self.settings.start + timedelta(days=day)

    def _by_day(self, calls: Deliveries, by: str) -> Iterator[tuple[int, Deliveries]]:
        """By day of the timestamp; filed is a call never after the day on which it came."""
        at = np.minimum(calls.timestamp, calls.received) if by == "filed" else calls.timestamp
        number = at // DAY_MS
        for day in np.unique(number).tolist():
            yield day, calls.where(number == day)

    def _calls(self, day: int) -> Deliveries:
        """All deliveries of the events that happen on one day, in the order in which they arrive."""
        rng = self.settings.rng("events", day)
        user, at, event = self._events(rng, day)
        self._note_logins(user, at, event, day)
        count = len(user)
        network = 20 + rng.exponential(80, count).astype(np.int64)
        waits = 200 + rng.exponential(3000, count).astype(np.int64)
        lateness = rng.random(count)
        late = np.flatnonzero(lateness < LATE)
        waits[late] = rng.integers(3 * HOUR_MS, 3 * DAY_MS, len(late))
        very_late = np.flatnonzero(lateness < VERY_LATE)
        waits[very_late] = rng.integers(3 * DAY_MS, VERY_LATE_DAYS * DAY_MS, len(very_late))
        skew = np.where(at + self.users.skew[user] >= 0, self.users.skew[user], 0)
        is_future = rng.random(count) < FROM_THE_FUTURE
        skew[is_future] = rng.integers(30 * HOUR_MS, 60 * HOUR_MS, is_future.sum())
        hidden = (event == PAGE_VIEWED) & (rng.random(count) < ANONYMOUS)
        names = np.where(hidden, -1, self.users.id_at(user, at))
        again, waits_again, skew_again = self._repetitions(rng, waits, skew)
        key = np.arange(count)
        rows = np.concatenate([key, again])
        sent = at[rows] + np.concatenate([waits, waits_again])
        clock_at_sending = np.concatenate([skew, skew_again])
        received = sent + network[rows]
        original = at[rows] + skew[rows]
        is_unsent = (self.users.is_unsent[user] | is_future)[rows]
        timestamp = np.where(is_unsent, original, received - (sent + clock_at_sending - original))
        calls = Deliveries(
            rows, user[rows], event[rows], names[rows], np.maximum(timestamp, 0), original,
            np.where(is_unsent, NOT_SENT, sent + clock_at_sending), received,
        )  # fmt: skip
        calls = calls.where(calls.received < self.settings.days * DAY_MS)
        self.columns.day_ids(rng, count)
        return calls.where(np.argsort(calls.received, kind="stable"))

    def _repetitions(self, rng, waits: np.ndarray, skew: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Events whose delivery is repeated, when, and how far the clock is ahead by then: hours later, some days later, and
        some of those after the clock was set right."""
        again = np.flatnonzero(rng.random(len(waits)) < REPEATED)
        waits_again = waits[again] + rng.integers(60_000, 6 * HOUR_MS, len(again))
        draw = rng.random(len(again))
        days_later = draw < REPEATED_DAYS_LATER
        waits_again[days_later] += rng.integers(DAY_MS, REPEATED_AFTER_DAYS * DAY_MS, days_later.sum())
        set_right = draw < CLOCK_SET_RIGHT
        skew_again = skew[again] - np.where(set_right, rng.integers(-11 * HOUR_MS, 11 * HOUR_MS, len(again)), 0)
        return again, waits_again, skew_again

    def _events(self, rng: np.random.Generator, day: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(user, moment, event): one sign-in a user and day, some page views, some features; bots only call the API."""
        draw = rng.random(len(self.is_bot))
        who = np.flatnonzero(self.presence.on(day) & (draw < self._chance_on(day)))
        # The two hours after the first moment stay inside the day.
        hour = np.abs(self.busiest[who] + rng.normal(0, 2.5, len(who))).clip(max=21.9)
        opened = day * DAY_MS + (hour * HOUR_MS).astype(np.int64)
        bot, more = self.is_bot[who], self.intensity
        signs_in = ~bot & (rng.random(len(who)) < more)
        pages = rng.poisson(np.where(bot, 0, PAGES_A_DAY * more))
        # A bot that runs calls at least once.
        surely = 1 if CALLS_A_BOTS_DAY * more >= 1 else 0
        features = rng.poisson(np.where(bot, CALLS_A_BOTS_DAY * more - surely, FEATURES_A_DAY * more)) + bot * surely
        counts = np.concatenate([signs_in, pages, features]).astype(np.int64)
        source = np.repeat(np.tile(np.arange(len(who)), 3), counts)
        kind = np.repeat(np.repeat(np.array([0, 1, 2], dtype=np.int8), len(who)), counts)
        user = who[source]
        at = opened[source] + np.where(kind == 0, 0, rng.integers(1000, 2 * HOUR_MS, len(source)))
        uses = np.flatnonzero(kind == 2)
        user_of_use = user[uses]
        chosen = (rng.random(len(uses), dtype=np.float32)[:, None] > self.choice[user_of_use]).sum(
            axis=1, dtype=np.int8
        )
        used = np.where(self.is_bot[user_of_use], API, chosen.clip(max=len(FEATURES) - 1) + 2).astype(np.int8)
        too_early = day < self.released[used - 2]
        not_granted = (used == GATED) & ~self.entitled[day][self.users.customer[user_of_use]]
        event = kind.copy()
        event[uses] = np.where(too_early | not_granted, FALLBACK, used)
        return user, at, event

    def _note_logins(self, user: np.ndarray, at: np.ndarray, event: np.ndarray, day: int) -> None:
        signed = event == SIGNED_IN
        who, when = user[signed], at[signed]
        for stay, is_in_it in enumerate((np.ones(len(who), dtype=bool), day >= self.presence.back[who])):
            fresh = is_in_it & (self.first_login[who, stay] < 0)
            self.first_login[who[fresh], stay] = when[fresh]


def _counted(calls: Deliveries) -> Deliveries:
    """Of the believed deliveries that name their user, one per event and day: the one that is dated first."""
    calls = calls.where(calls.is_believable & (calls.id_position >= 0))
    calls = calls.where(np.argsort(calls.timestamp, kind="stable"))
    day = calls.timestamp // DAY_MS
    days = int(day.max(initial=0)) + 1
    return calls.where(np.unique(calls.key * days + day, return_index=True)[1])


def _day_of(number: int, parts: list[Deliveries]) -> Day:
    if not parts:
        return Day(number, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int8), np.empty(0, dtype=np.int64))
    columns = (np.concatenate([getattr(part, name) for part in parts]) for name in ("user", "event", "timestamp"))
    return Day(number, *columns)


class _Columns:
    """The tracks table of some deliveries."""

    def __init__(self, settings: Settings, users: Users) -> None:
        self.start = np.datetime64(settings.start, "us")
        self.users = users
        self.ids, self.devices = pa.array(users.ids), pa.array(users.device)
        self.groups = pa.array(users.frame["group_id"].astype(object))
        self.events = pa.array(EVENTS)
        self.texts = pa.array([name.replace("_", " ").capitalize() for name in EVENTS])
        self.libraries = pa.array(["api" if code == API else "analytics.js" for code in range(len(EVENTS))])
        self.event_ids = pa.array([], pa.string())

    def day_ids(self, rng: np.random.Generator, count: int) -> None:
        """New random ids of 32 hexadecimal digits for the events of a day."""
        digits = pa.py_buffer(rng.bytes(16 * count).hex().encode())
        offsets = pa.py_buffer(np.arange(0, 32 * (count + 1), 32, dtype=np.int32))
        self.event_ids = pa.StringArray.from_buffers(count, offsets, digits)

    def table(self, calls: Deliveries) -> pa.Table:
        """A user who is not signed in is known by device only."""
        event, user = pa.array(calls.event), pa.array(calls.user)
        named = pa.array(calls.id_position, mask=calls.id_position < 0)
        columns = {
            "id": self.event_ids.take(pa.array(calls.key)),
            "anonymous_id": self.devices.take(user),
            "user_id": self.ids.take(named),
            "event": self.events.take(event),
            "event_text": self.texts.take(event),
            "timestamp": self._instants(calls.timestamp),
            "original_timestamp": self._instants(calls.original),
            "sent_at": self._instants(calls.sent, mask=calls.sent == NOT_SENT),
            "received_at": self._instants(calls.received),
            "context_group_id": self.groups.take(user),
            "context_library_name": self.libraries.take(event),
            "uuid_ts": self._instants(calls.received + 1500),
        }
        return pa.table(columns, schema=SCHEMAS["segment/tracks"])

    def _instants(self, milliseconds: np.ndarray, mask: np.ndarray | None = None) -> pa.Array:
        return pa.array(self.start + milliseconds.astype("timedelta64[ms]"), mask=mask)
