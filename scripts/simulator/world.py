"""The customers and their hidden lives: who they are, what suits them, how they fare month by month.

Everything observable follows from five hidden things, so that a KPI has something true to find:
`fit` (does the product suit them) and four monthly paths: `usage` (around their engagement), `friction` (drives the number of
tickets and the slowness of answers), `success` (do they reach what they bought it for) and `relationship` (how well they
and we know each other; it falls by 1.2 when a champion goes, and heals by 15 % a month).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

import numpy as np
import pandas as pd

from .names import FIRST_NAMES, FIRST_WORDS, LAST_NAMES, SECOND_WORDS
from .settings import Settings

VENDOR_DOMAIN = "cadence.example"
INDUSTRIES = ("Software", "Retail", "Healthcare", "Manufacturing", "Financial Services", "Education", "Media")
TITLES = (
    "Head of Operations",
    "VP Finance",
    "Data Analyst",
    "Product Manager",
    "IT Administrator",
    "COO",
    "Engineer",
)
# country, region, currency, weight
COUNTRIES = (
    ("United States", "AMER", "usd", 0.42),
    ("Canada", "AMER", "usd", 0.06),
    ("United Kingdom", "EMEA", "gbp", 0.15),
    ("Germany", "EMEA", "eur", 0.15),
    ("France", "EMEA", "eur", 0.10),
    ("Australia", "APAC", "usd", 0.06),
    ("Japan", "APAC", "jpy", 0.06),
)
SEGMENTS = ("SMB", "MM", "ENT")
SEATS = {"SMB": (3, 15), "MM": (15, 60), "ENT": (60, 300)}
PRODUCT_USERS = {"SMB": (2, 5), "MM": (4, 10), "ENT": (8, 18)}
CSMS = 8
MERGES = 3
OWNED, RENAMED = 0.05, 0.04
NAMESAKES, TWINS = 0.02, 0.03
FREE_MAIL = "gmail.com"
BUYING_ROLES = ("decision_maker", "champion", "influencer", "end_user", "blocker", None)
MOVING, LEAVING = 0.03, 0.08
CHAMPION_LOST, HEALING = 1.2, 0.85


@dataclass(frozen=True)
class World:
    """`customers`: one row per company, its position is its number; `kind` is customer, internal or prospect.
    `people`: one row per person of a company. `usage`, `friction`, `success`, `relationship`: company x month, about -2 to 2.

    Of a company: `account_id` is its id in the CRM or, where the CRM does not know it (not `in_crm`), its id in
    billing; `merged_id` an account that was merged into it; `twin_id` one that is it too, unknown to all; `parent` the number of the company that owns it, or -1;
    `former_name` what it was called until `renamed_at`, and still is outside the CRM.

    Of a person whom the CRM knows (`contact_id`; null: it does not): `buying_role`, `is_champion`; `fate` is stays, leaves or moves,
    the last to the company `onward`, at `gone_at`.
    """

    customers: pd.DataFrame
    people: pd.DataFrame
    usage: np.ndarray
    friction: np.ndarray
    success: np.ndarray
    relationship: np.ndarray

    def names(self, customer: pd.Series | np.ndarray) -> dict[str, np.ndarray]:
        """What the truth calls companies, given their numbers: the CRM's account, or billing's customer where the CRM knows none."""
        companies = self.customers.loc[customer]
        return {
            "salesforce_account_id": companies["account_id"].where(companies["in_crm"]).to_numpy(),
            "stripe_customer_id": companies["stripe_id"].where(~companies["in_crm"]).to_numpy(),
        }


def build_world(settings: Settings) -> World:
    customers = _customers(settings)
    people = _meet(settings, customers, _people(settings, customers))
    usage = _path(settings, "usage", customers["engagement"].to_numpy())
    friction = _path(settings, "friction", -0.3 * customers["fit"].to_numpy())
    success = _path(settings, "success", 0.4 * customers["fit"].to_numpy())
    relationship = _path(settings, "relationship", 0.3 * customers["fit"].to_numpy()) - _grief(settings, people)
    return World(customers, people, usage, friction, success, relationship)


def _customers(settings: Settings) -> pd.DataFrame:
    rng = settings.rng("customers")
    internal, prospects = 2, max(round(0.1 * settings.customers), 2)
    kind = np.repeat(["customer", "internal", "prospect"], [settings.customers, internal, prospects])
    count = len(kind)
    fit = rng.normal(0, 1, count)
    country = rng.choice(len(COUNTRIES), count, p=[weight for *_, weight in COUNTRIES])
    segment = rng.choice(SEGMENTS, count, p=[0.5, 0.35, 0.15])
    low, high = (np.array([SEATS[name][side] for name in segment]) for side in (0, 1))
    name = _names(rng, count)
    frame = pd.DataFrame(
        {
            "kind": kind,
            "account_id": ["001" + settings.token("account", n, 15) for n in range(count)],
            "name": name,
            "domain": [text.lower().replace(" ", "-") + ".example" for text in name],
            "industry": rng.choice(INDUSTRIES, count),
            "country": [COUNTRIES[n][0] for n in country],
            "region": [COUNTRIES[n][1] for n in country],
            "currency": [COUNTRIES[n][2] for n in country],
            "segment": segment,
            "tier": np.select([segment == "ENT", segment == "MM"], ["1", "2"], "3"),
            "touch_model": np.where(segment == "SMB", "digital-led", "high-touch"),
            "csm": rng.integers(0, CSMS, count),
            "fit": fit,
            "engagement": 0.5 * fit + rng.normal(0, 0.8, count),
            "seats": rng.integers(low, high),
            "signed_at": _signatures(rng, settings, count),
        }
    )
    frame.loc[frame["kind"] == "internal", "name"] = [f"Cadence internal {n + 1}" for n in range(internal)]
    frame.loc[frame["kind"] == "internal", "domain"] = VENDOR_DOMAIN
    frame["created_at"] = frame["signed_at"] - pd.to_timedelta(rng.integers(5, 90, count), unit="D")
    frame = _rename(settings, _own(settings, _link_systems(settings, frame)))
    return _confuse(settings, frame) if settings.links == "dirty" else frame.assign(twin_id=None)


def _link_systems(settings: Settings, frame: pd.DataFrame) -> pd.DataFrame:
    """How Stripe and Zendesk know each company: by its CRM id, a few by a merged one's; some the CRM does not know.

    `stripe_account_id`: null where the CRM does not know the company. Half of those have an address of a free-mail
    provider only.
    """
    rng = settings.rng("links")
    frame["stripe_id"] = ["cus_" + settings.token("customer", n) for n in range(len(frame))]
    unmatched = max(settings.customers // 50, 1)
    odd = rng.permutation(settings.customers)[: unmatched + MERGES]
    unlinked, merged = odd[:unmatched], odd[unmatched:]
    frame["merged_id"] = None
    frame.loc[merged, "merged_id"] = ["001" + settings.token("merged", n, 15) for n in merged]
    old_in_stripe, old_in_zendesk = merged[1:], merged[:1]
    frame["stripe_account_id"] = frame["account_id"].where(~frame.index.isin(old_in_stripe), frame["merged_id"])
    frame["in_crm"] = ~frame.index.isin(unlinked)
    frame["account_id"] = frame["account_id"].where(frame["in_crm"], frame["stripe_id"])
    frame.loc[unlinked, "stripe_account_id"] = None
    frame.loc[unlinked[::2], "domain"] = FREE_MAIL
    frame["zendesk_account_id"] = frame["account_id"].where(~frame.index.isin(old_in_zendesk), frame["merged_id"])
    return frame


def _own(settings: Settings, frame: pd.DataFrame) -> pd.DataFrame:
    """Some companies own another; half of those that are owned use their parent's domain."""
    rng = settings.rng("parents")
    free = frame.index[(frame["kind"] == "customer") & frame["in_crm"] & frame["merged_id"].isna()].to_numpy()
    order = rng.permutation(free)
    owned = order[: max(round(OWNED * settings.customers), 2)]
    parents = rng.choice(order[len(owned) :], len(owned))
    frame["parent"] = -1
    frame.loc[owned, "parent"] = parents
    frame.loc[owned[::2], "domain"] = frame.loc[parents[::2], "domain"].to_numpy()
    return frame


def _rename(settings: Settings, frame: pd.DataFrame) -> pd.DataFrame:
    rng = settings.rng("renames")
    free = frame.index[(frame["kind"] == "customer") & frame["in_crm"] & frame["merged_id"].isna()].to_numpy()
    renamed = rng.permutation(free)[: max(round(RENAMED * settings.customers), 2)]
    passed = (settings.end - frame.loc[renamed, "created_at"]) * rng.uniform(0.2, 0.9, len(renamed))
    frame["former_name"] = frame["name"]
    frame["renamed_at"] = pd.Series(frame.loc[renamed, "created_at"] + passed.dt.floor("h"), dtype="datetime64[us]")
    frame.loc[renamed, "name"] = frame.loc[renamed, "name"] + " Group"
    return frame


def _confuse(settings: Settings, frame: pd.DataFrame) -> pd.DataFrame:
    """What makes a CRM confusing by itself: companies of one name, and one company twice."""
    rng = settings.rng("confusion")
    free = frame.index[(frame["kind"] == "customer") & frame["in_crm"] & frame["renamed_at"].isna()].to_numpy()
    order = rng.permutation(free)
    pairs = max(round(NAMESAKES * settings.customers), 1)
    for column in ("name", "former_name"):
        frame.loc[order[:pairs], column] = frame.loc[order[pairs : 2 * pairs], column].to_numpy()
    twins = order[2 * pairs : 2 * pairs + max(round(TWINS * settings.customers), 1)]
    frame["twin_id"] = None
    frame.loc[twins, "twin_id"] = ["001" + settings.token("twin", n, 15) for n in twins]
    return frame


def _names(rng: np.random.Generator, count: int) -> list[str]:
    pairs = [f"{first} {second}" for first, second in product(FIRST_WORDS, SECOND_WORDS)]
    order = rng.permutation(len(pairs))
    rounds = (divmod(n, len(pairs)) for n in range(count))
    return [pairs[order[n]] + (f" {again + 1}" if again else "") for again, n in rounds]


def _signatures(rng: np.random.Generator, settings: Settings, count: int) -> list[datetime]:
    """A third sign in the first 75 days, the rest evenly; a tenth exactly at a month's first instant."""
    span = (settings.end - settings.start).total_seconds()
    wave = rng.random(count) < 1 / 3
    seconds = rng.random(count) * np.where(wave, min(75 * 86400.0, span / 4), span)
    exact = rng.random(count) < 0.1
    signed = (settings.start + timedelta(seconds=int(second)) for second in seconds)
    return [
        at.replace(day=1, hour=0, minute=0, second=0) if on_first else at
        for at, on_first in zip(signed, exact, strict=True)
    ]


def _people(settings: Settings, customers: pd.DataFrame) -> pd.DataFrame:
    """The first few people of an account are CRM contacts; all of a paying account's are product users."""
    rng = settings.rng("people")
    low, high = (
        np.array([PRODUCT_USERS[name][side] for name in customers["segment"]], dtype=np.int64) for side in (0, 1)
    )
    sizes = np.where(customers["kind"] == "prospect", 1, rng.integers(low, high + 1))
    account = np.repeat(np.arange(len(customers)), sizes)
    rank = np.arange(len(account)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    first, last = rng.choice(FIRST_NAMES, len(account)), rng.choice(LAST_NAMES, len(account))
    draw = rng.random(len(account))
    is_staff = (draw < 0.01) & (rank > 1)
    domain = np.where(is_staff, VENDOR_DOMAIN, customers["domain"].to_numpy(dtype=object)[account])
    joined = np.where(rank < 2, rng.random(len(account)) * 3, rng.exponential(120, len(account)))
    signed = customers["signed_at"].to_numpy(dtype="datetime64[us]")[account]
    return pd.DataFrame(
        {
            "customer": account,
            "rank": rank,
            "first_name": first,
            "last_name": last,
            "email": [
                f"{a}.{b}{n}{f'.{c}' if d == FREE_MAIL else ''}@{d}".lower()
                for a, b, n, d, c in zip(first, last, rank, domain, account, strict=True)
            ],
            "title": rng.choice(TITLES, len(account)),
            "is_contact": rank < 4,
            "is_staff": is_staff,
            "is_bot": (draw > 0.985) & (rank > 1),
            "keenness": rng.normal(0, 0.7, len(account)),
            "joined_at": signed + (joined * 86400).astype("int64").astype("timedelta64[s]"),
        }
    )


def _meet(settings: Settings, customers: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Whom the CRM knows, in which role, and who goes: some to another company, some for good."""
    employers = customers.loc[people["customer"]].reset_index(drop=True)
    is_known = (
        people["is_contact"] & ~people["is_staff"] & employers["in_crm"] & (employers["created_at"] < settings.end)
    )
    known = people.index[is_known]
    rng = settings.rng("contacts")
    role = rng.choice(BUYING_ROLES, len(known), p=[0.15, 0.15, 0.15, 0.3, 0.05, 0.2])
    draw, passed = rng.random(len(known)), rng.uniform(0.2, 0.95, len(known))
    created = employers.loc[known, "created_at"]
    at = (created + ((settings.end - created) * passed).dt.floor("h")).dt.floor("s")
    moves = (draw < MOVING) & (people.loc[known, "rank"] > 0).to_numpy()
    leaves = (draw >= MOVING) & (draw < MOVING + LEAVING)
    met = pd.DataFrame(
        {
            "contact_id": ["003" + settings.token("contact", n, 15) for n in known],
            "buying_role": role,
            "is_champion": role == "champion",
            "fate": np.select([moves, leaves], ["moves", "leaves"], "stays"),
            "gone_at": at.where(moves | leaves),
            "onward": rng.permutation(people.loc[known, "customer"].to_numpy()),
        },
        index=known,
    )
    return people.join(met)


def _grief(settings: Settings, people: pd.DataFrame) -> np.ndarray:
    """Company x month: what the champions who went took with them of the relationship."""
    loss = np.zeros((people["customer"].max() + 1, settings.months))
    for person in people[people["gone_at"].notna() & people["is_champion"].eq(True)].itertuples():
        first = settings.month_of(person.gone_at)
        loss[person.customer, first:] += CHAMPION_LOST * HEALING ** np.arange(settings.months - first)
    return loss


def _path(settings: Settings, name: str, level: np.ndarray) -> np.ndarray:
    """Account x month: a slow random walk around `level` that is pulled back towards it."""
    rng = settings.rng(name)
    noise = rng.normal(0, 0.35, (len(level), settings.months))
    path = np.empty_like(noise)
    drift = rng.normal(0, 0.4, len(level))
    for month in range(settings.months):
        drift = 0.85 * drift + noise[:, month]
        path[:, month] = level + drift
    return path
