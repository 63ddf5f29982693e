"""Seats and processes as the product's own database exports them: what was bought, who sits where, what ran and failed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from .catalog import CORE
from .events import EventLife
from .ledger import Ledger
from .product import DAY_MS, FAR, Presence, Users
from .settings import Settings, add_months
from .world import World

UNLIMITED, SEATLESS = 0.04, 0.06
NEVER = np.datetime64("NaT", "us")
# Process, share of customers that run it, attempts a day, logit of failure at friction 0.
PROCESSES = (
    ("api_requests", 0.12, 400.0, -7.0),
    ("order_entry", 0.15, 60.0, -5.5),
    ("nightly_import", 0.08, 2.0, -4.5),
)


def seat_entitlements(settings: Settings, world: World, ledger: Ledger) -> pd.DataFrame:
    """Named seats in whole spans: a contract allows a share of the billed quantity to sign in by name; who has a site
    licence (`purchased` missing) needs none. One row per customer and span, `customer` its number."""
    rng = settings.rng("seats")
    count = len(world.customers)
    people = np.bincount(world.people["customer"], minlength=count)
    share = people * rng.uniform(0.45, 1.2, count) / world.customers["seats"].to_numpy()
    is_unlimited = rng.random(count) < UNLIMITED
    rows = []
    for spell in ledger.spells:
        if spell.price.product == CORE and spell.start < settings.end:
            quantity = round(spell.gross * spell.price.months / spell.price.unit_amount)
            seats = max(round(quantity * share[spell.customer]), 1)
            rows.append((spell.customer, spell.start, spell.stop, seats))
    spans = pd.DataFrame(rows, columns=["customer", "valid_from", "valid_to", "purchased"])
    spans = spans.sort_values(["customer", "valid_from", "valid_to"]).reset_index(drop=True)
    before = spans.shift()
    is_same = (spans["customer"] == before["customer"]) & (spans["purchased"] == before["purchased"])
    spans["span"] = (~(is_same & (spans["valid_from"] == before["valid_to"]))).cumsum()
    spans = spans.groupby("span").agg(
        {"customer": "first", "valid_from": "first", "valid_to": "last", "purchased": "first"}
    )
    spans["valid_to"] = spans["valid_to"].where(spans["valid_to"] < settings.end)
    spans["purchased"] = spans["purchased"].astype("Int64").mask(is_unlimited[spans["customer"]])
    return spans.reset_index(drop=True)


def seat_assignments(settings: Settings, life: EventLife, users: Users, presence: Presence) -> pd.DataFrame:
    """One row per person and stay: from joining or returning until leaving or the end of the customer's last access.
    A few people work without a seat. `user` is the person's position; times in milliseconds from the window's start."""
    rng = settings.rng("seat assignments")
    has_seat = (rng.random(len(users.frame)) >= SEATLESS) & users.counts
    served = np.where(presence.access.any(axis=0), settings.days - presence.access[::-1].argmax(axis=0), 0)
    served_until = served[users.customer] * DAY_MS
    stays = []
    for stay, (begins, ends) in enumerate(
        ((users.joined, users.away_from), (users.back_from, np.full_like(users.joined, FAR)))
    ):
        ends = np.minimum(ends, np.where(served_until < settings.days * DAY_MS, served_until, FAR))
        user = np.flatnonzero(has_seat & (begins < settings.days * DAY_MS) & (begins < ends))
        stays.append(
            pd.DataFrame(
                {
                    "user": user,
                    "assigned": begins[user],
                    "unassigned": np.where(ends[user] < settings.days * DAY_MS, ends[user], FAR),
                    "first_login": life.first_login[user, stay],
                }
            )
        )
    rows = pd.concat(stays, ignore_index=True)
    # Who never signed in during this stay has no first login in it.
    rows["first_login"] = rows["first_login"].where(
        rows["first_login"].between(rows["assigned"], rows["unassigned"]), -1
    )
    return rows.sort_values(["user", "assigned"]).reset_index(drop=True)


def seat_tables(
    settings: Settings, world: World, users: Users, entitled: pd.DataFrame, assigned: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Both as files: a person is called as at the assignment."""
    account = world.customers["account_id"].to_numpy()
    held = assigned["user"].to_numpy()
    in_use = assigned[assigned["unassigned"] == FAR]
    sitting = np.bincount(users.customer[in_use["user"]], minlength=len(account))
    called = users.ids[users.id_at(held, assigned["assigned"].to_numpy())]
    return {
        "seat_entitlements": pd.DataFrame(
            {
                "customer_id": account[entitled["customer"]],
                "limit_type": "seats",
                "purchased": entitled["purchased"],
                "used": np.where(entitled["valid_to"].isna(), sitting[entitled["customer"]], 0),
                "valid_from": entitled["valid_from"].dt.strftime("%Y-%m-%d %H:%M:%S"),
                "valid_to": entitled["valid_to"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            }
        ),
        "seat_assignments": pd.DataFrame(
            {
                "user_id": called,
                "assigned_at": _text(settings, assigned["assigned"]),
                "unassigned_at": _text(settings, assigned["unassigned"], missing=FAR),
                "first_login_at": _text(settings, assigned["first_login"], missing=-1),
            }
        ),
    }


def _text(settings: Settings, milliseconds: pd.Series, missing: int | None = None) -> pd.Series:
    known = milliseconds != missing
    at = np.datetime64(settings.start, "ms") + milliseconds.where(known, 0).to_numpy().astype("timedelta64[ms]")
    return pd.Series(at).dt.strftime("%Y-%m-%d %H:%M:%S.%f").str[:-3].where(known.to_numpy())


def process_months(settings: Settings, world: World, presence: Presence) -> Iterator[tuple[str, pd.DataFrame]]:
    """(month, rows): attempts and failures of each customer's processes on each weekday with access; `customer`, `day` and
    `month` are numbers."""
    count = len(world.customers)
    runs = settings.rng("processes").random((count, len(PROCESSES))) < [share for _, share, *_ in PROCESSES]
    size = settings.rng("process sizes").lognormal(0, 0.5, count)
    for month, start in enumerate(settings.month_starts):
        rng = settings.rng("process days", month)
        first, last = ((at - settings.start).days for at in (start, add_months(start, 1)))
        days = np.array([day for day in range(first, last) if (settings.start.weekday() + day) % 7 < 5])
        day, customer = np.nonzero(presence.access[days])
        parts = []
        for number, (process, _, attempts, logit) in enumerate(PROCESSES):
            is_run = runs[customer, number]
            who = customer[is_run]
            tried = rng.poisson(attempts * size[who])
            risk = 1 / (1 + np.exp(-(logit + 0.8 * world.friction[who, month])))
            rows = {"customer": who, "process": process, "day": days[day[is_run]], "month": month, "attempts": tried}
            parts.append(pd.DataFrame({**rows, "failures": rng.binomial(tried, risk)}))
        rows = pd.concat(parts, ignore_index=True)
        yield f"{start:%Y-%m}", rows[rows["attempts"] > 0].reset_index(drop=True)


def process_table(settings: Settings, world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of process_months as a file."""
    at = np.datetime64(settings.start, "D") + rows["day"].to_numpy()
    return pd.DataFrame(
        {
            "customer_id": world.customers["account_id"].to_numpy()[rows["customer"]],
            "process": rows["process"],
            "date": pd.Series(at).dt.date,
            "attempts": rows["attempts"],
            "failures": rows["failures"],
        }
    )
