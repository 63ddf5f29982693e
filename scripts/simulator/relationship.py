"""How we and a customer meet, and what changes on its side: touchpoints with the people in them, organisational changes.

Coefficients. In a month of access a customer has about 3 touchpoints in tier 1, 1.6 in tier 2, 0.8 in tier 3, times
exp(0.4 relationship). A quarterly review is held with logit 0.8 + 0.7 relationship (tier 3: -2.2 + 0.7 relationship). Nobody
turns up with logit -2.2 - 0.5 relationship; a person's e-mail is answered with logit -0.3 + 0.5 relationship. A rating is
3.6 + 0.5 success - 0.6 friction and some noise, rounded, from 1 to 5; a review hears of a referral with logit
-1.2 + 0.6 success + 0.4 relationship. A champion who goes is noticed within three weeks (world.py says what it costs).
Half of the customers that the CRM knows have their touchpoints there, the others in files, none in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from .ledger import Ledger
from .settings import Settings, add_months
from .world import World

TOUCHES = {"1": 3.0, "2": 1.6, "3": 0.8}
BEFORE_SIGNING = 0.6
TYPES = ("call", "meeting", "email", "training")
SHARES = {"high-touch": (0.3, 0.27, 0.35, 0.08), "digital-led": (0.2, 0.15, 0.6, 0.05)}
AUTOMATED = {"high-touch": 0.45, "digital-led": 0.75}
PURPOSES = ("onboarding", "adoption", "check_in", "support", "feedback", "renewal", "expansion")
PURPOSE_SHARES = (0.12, 0.28, 0.28, 0.12, 0.06, 0.08, 0.06)
IN_CRM = 0.5
CANCELLED, AT_MONTH_START, VIDEO, RATED, INTENT_CAPTURED = 0.06, 0.02, 0.7, 0.3, 0.7
AHEAD = timedelta(days=30)
CHANGES = {"merger_acquisition": 0.03, "layoffs": 0.05, "role_change": 0.08}  # a year and customer
NOTICED_DAYS, RESOLVED, RESOLVING_DAYS = 21, 0.6, (8, 75)
EXECUTIVE_TITLES = ("VP Finance", "COO")
FAR_PAST, FAR = np.datetime64("1970-01-01", "us"), np.datetime64("9999-12-31", "us")
MINUTE, DAY = np.timedelta64(1, "m"), np.timedelta64(1, "D")


@dataclass(frozen=True)
class Relations:
    """`touches`: one row per touchpoint; `at` is when it was or is to be, `status` held, no_show, cancelled or planned.
    `attendees`: (touch, person), a touch being its position. `members`: (person, customer, since, until, is_champion): where a person
    whom the CRM knows works. `changes`: one row per change on a customer's side; `person` -1 where it is nobody's."""

    touches: pd.DataFrame
    attendees: pd.DataFrame
    members: pd.DataFrame
    changes: pd.DataFrame


def live_relations(settings: Settings, world: World, ledger: Ledger) -> Relations:
    members = _members(world)
    touches = _touches(settings, world, ledger)
    return Relations(touches, _attendees(settings, world, touches, members), members, _changes(settings, world, ledger))


def _chance(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


def _members(world: World) -> pd.DataFrame:
    """Until someone goes it is the first company; who moves is at the next from then on, and no champion there."""
    known = world.people[world.people["contact_id"].notna()]
    gone = known["gone_at"].to_numpy(dtype="datetime64[us]")
    home = pd.DataFrame(
        {
            "person": known.index,
            "customer": known["customer"].to_numpy(),
            "since": FAR_PAST,
            "until": np.where(np.isnat(gone), FAR, gone),
            "is_champion": known["is_champion"].eq(True).to_numpy(),
        }
    )
    moves = (known["fate"] == "moves").to_numpy()
    onward = home[moves].assign(
        customer=known.loc[moves, "onward"].astype(int).to_numpy(), since=gone[moves], until=FAR, is_champion=False
    )
    return pd.concat([home, onward], ignore_index=True)


# --- touchpoints --------------------------------------------------------------------------------------


def _touches(settings: Settings, world: World, ledger: Ledger) -> pd.DataFrame:
    companies, rng = world.customers, settings.rng("touchpoints")
    stretches = _months_of(settings, world, ledger)
    customer, month = stretches["customer"].to_numpy(), stretches["month"].to_numpy()
    relationship = world.relationship[customer, month]
    tier = companies["tier"].to_numpy()[customer]
    share = ((stretches["until"] - stretches["since"]) / (30 * DAY)).to_numpy()
    wanted = stretches["density"].to_numpy() * share * np.exp(0.4 * relationship)
    often = np.array([TOUCHES[name] for name in companies["tier"]])[customer]
    plain = np.repeat(np.arange(len(stretches)), rng.poisson(often * wanted))
    # A review falls to every third month of a company, where it is one the whole month.
    is_due = ((month + customer) % 3 == 0) & (share > 0.9) & (stretches["density"] == 1).to_numpy()
    agreed = rng.random(len(stretches)) < _chance(np.where(tier == "3", -2.2, 0.8) + 0.7 * relationship)
    reviews = np.flatnonzero(is_due & agreed)
    rows = np.concatenate([plain, reviews])
    is_review = np.arange(len(rows)) >= len(plain)
    at = _moments(rng, stretches, rows)
    frame = pd.DataFrame({"customer": customer[rows], "month": month[rows], "at": at})
    _characterise(rng, world, frame, is_review)
    is_ahead = frame["at"] >= settings.end
    frame.loc[is_ahead & (frame["status"] != "cancelled"), "status"] = "planned"
    _judge(rng, world, frame)
    in_crm = companies["in_crm"].to_numpy() & (settings.rng("where touchpoints lie").random(len(companies)) < IN_CRM)
    frame["is_in_crm"] = in_crm[frame["customer"]]
    return frame.sort_values(["at", "customer"], kind="stable").reset_index(drop=True)


def _months_of(settings: Settings, world: World, ledger: Ledger) -> pd.DataFrame:
    """(customer, month, since, until) of every stretch in which there is something to talk about, cut at month ends.

    `density`: 1 with access, less from the first contact to the signature, and for prospects. Months outside the window have the paths of its ends.
    """
    companies = world.customers
    sold = companies[companies["created_at"] < settings.end]
    talks_until = sold["signed_at"].where(sold["kind"] != "prospect", sold["created_at"] + timedelta(days=90))
    spans = [(c, start, stop, 1.0) for c, start, stop in ledger.access]
    talks = zip(sold.index, sold["created_at"].dt.to_pydatetime(), talks_until.dt.to_pydatetime(), strict=True)
    spans += [(c, start, stop, BEFORE_SIGNING) for c, start, stop in talks]
    frame = pd.DataFrame(spans, columns=["customer", "start", "stop", "density"])
    frame["stop"] = frame["stop"].clip(upper=settings.end + AHEAD)
    edges = np.array([add_months(settings.start, n) for n in range(-6, settings.months + 2)], dtype="datetime64[us]")
    start, stop = (frame[name].to_numpy(dtype="datetime64[us]") for name in ("start", "stop"))
    first = np.searchsorted(edges, start, side="right") - 1
    last = np.searchsorted(edges, stop, side="left") - 1
    count = np.maximum(np.where(start < stop, last - first + 1, 0), 0)
    row = np.repeat(np.arange(len(frame)), count)
    edge = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return pd.DataFrame(
        {
            "customer": frame["customer"].to_numpy()[row],
            "month": np.clip(edge - 6, 0, settings.months - 1),
            "since": np.maximum(edges[edge], start[row]),
            "until": np.minimum(np.append(edges[1:], FAR)[edge], stop[row]),
            "density": frame["density"].to_numpy()[row],
        }
    )


def _moments(rng: np.random.Generator, stretches: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
    """Whole minutes; a few are exactly when the stretch begins, which for most is a month's first instant."""
    since, until = (stretches[name].to_numpy()[rows] for name in ("since", "until"))
    drawn = since + ((until - since) * rng.random(len(rows)) / MINUTE).astype(np.int64) * MINUTE
    return (
        np.where(rng.random(len(rows)) < AT_MONTH_START, since, drawn).astype("datetime64[s]").astype("datetime64[us]")
    )


def _characterise(rng: np.random.Generator, world: World, frame: pd.DataFrame, is_review: np.ndarray) -> None:
    """What each touchpoint is, and what came of it had its time come."""
    count, model = len(frame), world.customers["touch_model"].to_numpy()[frame["customer"]]
    relationship = world.relationship[frame["customer"], frame["month"]]
    edges = np.cumsum([SHARES[name] for name in SHARES], axis=1)[(model == "digital-led").astype(int)]
    drawn = (rng.random(count)[:, None] >= edges[:, :-1]).sum(axis=1)
    kind = np.where(is_review, "qbr", np.array(TYPES, dtype=object)[drawn])
    is_mail, is_training = kind == "email", kind == "training"
    often = np.where(model == "digital-led", AUTOMATED["digital-led"], AUTOMATED["high-touch"])
    is_automated = is_mail & (rng.random(count) < often)
    answered = rng.random(count) < np.where(is_automated, 0.05, _chance(-0.3 + 0.5 * relationship))
    fate = rng.random(count)
    missed = _chance(-2.2 - 0.5 * relationship)
    status = np.select([is_mail, fate < missed, fate < missed + CANCELLED], ["held", "no_show", "cancelled"], "held")
    purpose = rng.choice(PURPOSES, count, p=PURPOSE_SHARES)
    frame["type"] = kind
    frame["is_automated"], frame["is_two_way"] = is_automated, ~is_mail | answered
    frame["is_proactive"] = rng.random(count) < np.where(is_automated, 0.95, 0.6)
    frame["status"] = status
    frame["purpose"] = np.where(is_review, "business_review", np.where(is_training, "adoption", purpose))
    met = np.where(rng.random(count) < VIDEO, "video", "in_person")
    frame["channel"] = np.select([is_mail, kind == "call"], ["email", "phone"], met)


def _judge(rng: np.random.Generator, world: World, frame: pd.DataFrame) -> None:
    """Ratings, and whether a review heard of a referral: None where nobody noted it."""
    place = (frame["customer"], frame["month"])
    success, friction, relationship = (path[place] for path in (world.success, world.friction, world.relationship))
    is_held, is_mail = (frame["status"] == "held").to_numpy(), (frame["type"] == "email").to_numpy()
    liked = np.clip(np.rint(3.6 + 0.5 * success - 0.6 * friction + rng.normal(0, 0.8, len(frame))), 1, 5)
    is_rated = is_held & ~is_mail & (rng.random(len(frame)) < RATED)
    frame["rating"] = np.where(is_rated, liked, np.nan)
    wants = rng.random(len(frame)) < _chance(-1.2 + 0.6 * success + 0.4 * relationship)
    is_noted = is_held & (frame["type"] == "qbr").to_numpy() & (rng.random(len(frame)) < INTENT_CAPTURED)
    frame["referral_intent"] = pd.Series(wants, dtype=object, index=frame.index).where(is_noted, None)


def _attendees(settings: Settings, world: World, touches: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """One to three of those who are there at the time; mailing lists also hold people who have gone.

    Of a mail one, and of a call that the CRM logs: its tasks name one person.
    """
    rng = settings.rng("attendees")
    is_alone = (touches["type"] == "email") | ((touches["type"] == "call") & touches["is_in_crm"])
    wanted = np.where(is_alone, 1, 1 + (rng.random(len(touches))[:, None] > [0.6, 0.88]).sum(axis=1))
    pairs = pd.DataFrame({"touch": np.arange(len(touches)), "customer": touches["customer"]}).merge(
        members, on="customer", sort=False
    )
    at = touches["at"].to_numpy()[pairs["touch"]]
    is_there = (pairs["since"].to_numpy() <= at) & (at < pairs["until"].to_numpy())
    is_list = touches["is_automated"].to_numpy()[pairs["touch"]]
    pairs = pairs[is_there | (is_list & (pairs["since"].to_numpy() <= at))]
    # Champions are met more often.
    pairs = pairs.assign(order=rng.random(len(pairs)) - 0.3 * pairs["is_champion"])
    pairs = pairs.sort_values(["touch", "order"], kind="stable")
    rank = pairs.groupby("touch").cumcount().to_numpy()
    chosen = pairs[rank < wanted[pairs["touch"]]]
    return chosen[["touch", "person"]].drop_duplicates().reset_index(drop=True)


# --- organisational changes ---------------------------------------------------------------------------


def _changes(settings: Settings, world: World, ledger: Ledger) -> pd.DataFrame:
    """Champions and executives who go, and what befalls companies while they are customers: bought, cut, people promoted."""
    rng = settings.rng("organisational changes")
    gone = world.people[world.people["gone_at"].notna()]
    is_champion = gone["is_champion"].eq(True)
    is_executive = gone["title"].isin(EXECUTIVE_TITLES)
    parts = [
        _of_people(gone[is_champion], "champion_loss"),
        _of_people(gone[is_executive & ~is_champion], "exec_change"),
    ]
    years = pd.DataFrame(ledger.access, columns=["customer", "start", "stop"])
    years["stop"] = years["stop"].clip(upper=settings.end)
    years = years[years["start"] < years["stop"]]
    for kind, often in CHANGES.items():
        struck = years[rng.random(len(years)) < often * (years["stop"] - years["start"]).dt.days / 365]
        passed = (struck["stop"] - struck["start"]) * rng.random(len(struck))
        happened = (struck["start"] + passed.dt.floor("min")).astype("datetime64[us]")
        parts.append(pd.DataFrame({"customer": struck["customer"], "person": -1, "type": kind, "at": happened}))
    frame = pd.concat(parts, ignore_index=True)
    noticed = (rng.random(len(frame)) * NOTICED_DAYS * 24).astype(np.int64)
    frame["detected_at"] = (frame["at"] + pd.to_timedelta(noticed, unit="h")).dt.floor("s").astype("datetime64[us]")
    needed = pd.to_timedelta(rng.integers(*RESOLVING_DAYS, len(frame)), unit="D")
    resolved = (frame["detected_at"] + needed).where(rng.random(len(frame)) < RESOLVED)
    frame["resolved_at"] = resolved.where(resolved < settings.end).astype("datetime64[us]")
    frame = frame[frame["detected_at"] < settings.end]
    return frame.sort_values(["detected_at", "customer"], kind="stable").reset_index(drop=True)


def _of_people(people: pd.DataFrame, kind: str) -> pd.DataFrame:
    happened = people["gone_at"].astype("datetime64[us]")
    return pd.DataFrame({"customer": people["customer"], "person": people.index, "type": kind, "at": happened})
