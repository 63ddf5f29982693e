"""What customers do for us beside paying: they refer leads, are asked for introductions, collect and redeem, speak up in public.

RATES: what a company with access to the product does in a month is Poisson with the mean exp(intercept + each coefficient times
its fit, success and relationship), at most 3. CHANCES are logits of the same:
    refer   exp(-3.8 + 0.3 fit + 0.4 success + 0.4 relationship)     convert   -0.6 + 0.2 fit
    ask     exp(-2.6 + 0.4 relationship)                             accept    -0.3 + 0.3 success + 0.6 relationship
    earn    exp(-0.7 + 0.3 success + 0.2 relationship)               enrol      0.2 + 0.3 success + 0.5 relationship
    act     exp(-3.7 + 0.2 fit + 0.4 success + 0.5 relationship)     redeem    -0.2 + 0.4 success + 0.2 relationship
Partners refer and are asked whatever the customers do. Companies of segment ENT have no loyalty programme.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .ledger import Ledger
from .settings import Settings, add_months
from .world import World

DRIVERS = ("fit", "success", "relationship")
# intercept, then per unit of each driver
RATES = {
    "refer": (-3.8, 0.3, 0.4, 0.4),
    "ask": (-2.6, 0.0, 0.0, 0.4),
    "earn": (-0.7, 0.0, 0.3, 0.2),
    "act": (-3.7, 0.2, 0.4, 0.5),
}
CHANCES = {
    "convert": (-0.6, 0.2, 0.0, 0.0),
    "accept": (-0.3, 0.0, 0.3, 0.6),
    "enrol": (0.2, 0.0, 0.3, 0.5),
    "redeem": (-0.2, 0.0, 0.4, 0.2),
}
AT_MOST = 3.0
ACTS, ACT_WEIGHTS = ("reference", "testimonial", "case_study", "review"), (0.35, 0.25, 0.1, 0.3)
SECOND, DAY = np.timedelta64(1, "s"), np.timedelta64(86400, "s")
WINDOW = 90 * DAY
NEVER = np.datetime64("NaT", "us")
PARTNERS = 12
BROKEN_TIME = "31/02/2026 10:00"


@dataclass(frozen=True)
class Advocacy:
    """What was done, by number of the company (-1: a partner); times are UTC. Rows that the files repeat or break are not in it.

    `referrals`: one row per referral that somebody made; `lead` is the number of the lead, -1 where it is the referrer
    itself. `asks`: `contact` is whom we asked. `members`: spans of eligibility. `units`, `acts`: one row each.
    """

    referrals: pd.DataFrame
    asks: pd.DataFrame
    members: pd.DataFrame
    units: pd.DataFrame
    acts: pd.DataFrame


class _Life:
    """Draws what happens, from the company's hidden paths and where it has access."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger) -> None:
        self.settings, self.world = settings, world
        count = len(world.customers)
        days = settings.whole_days(ledger.access, count)
        self.starts = np.array(settings.month_starts, dtype="datetime64[us]")
        self.ends = np.array([add_months(at, 1) for at in settings.month_starts], dtype="datetime64[us]")
        self.end = np.datetime64(settings.end, "us")
        first_days = (self.starts - self.starts[0]) // DAY
        self.is_served = np.logical_or.reduceat(days, first_days.astype(int), axis=1)
        fit = np.repeat(world.customers["fit"].to_numpy()[:, None], settings.months, axis=1)
        self.paths = (fit, world.success, world.relationship)
        served = np.where(self.is_served.any(axis=1))[0]
        self.first_served = np.full(count, self.end)
        self.last_served = np.full(count, self.starts[0])
        self.first_served[served] = self.starts[0] + days[served].argmax(axis=1) * DAY
        self.last_served[served] = self.end - days[served, ::-1].argmax(axis=1) * DAY

    def score(self, weights: tuple[float, ...]) -> np.ndarray:
        return weights[0] + sum(weight * path for weight, path in zip(weights[1:], self.paths, strict=True))

    def chance(self, event: str, customer: np.ndarray, at: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-self.score(CHANCES[event])[customer, self.month(at)]))

    def month(self, at: np.ndarray) -> np.ndarray:
        return np.searchsorted(self.starts, at, side="right") - 1

    def happenings(self, rng: np.random.Generator, event: str) -> pd.DataFrame:
        """(customer, at) of an event, in the order of time; a few fall on a month's first instant."""
        mean = np.where(self.is_served, np.minimum(np.exp(self.score(RATES[event])), AT_MOST), 0.0)
        times = rng.poisson(mean).ravel()
        customer, month = (np.repeat(side.ravel(), times) for side in np.indices(mean.shape))
        return self.spread(rng, customer, month)

    def spread(self, rng: np.random.Generator, customer: np.ndarray, month: np.ndarray) -> pd.DataFrame:
        length = (self.ends - self.starts)[month] / SECOND
        passed = np.where(rng.random(len(month)) < 0.02, 0.0, rng.random(len(month)) * length)
        at = self.starts[month] + passed.astype("int64") * SECOND
        rows = pd.DataFrame({"customer": customer, "at": at})
        return rows.sort_values(["at", "customer"], kind="stable", ignore_index=True)

    def by_partners(self, rng: np.random.Generator, a_month: float) -> pd.DataFrame:
        month = np.repeat(np.arange(len(self.starts)), rng.poisson(a_month, len(self.starts)))
        return self.spread(rng, np.full(len(month), -1), month)

    def known(self, at: np.ndarray) -> np.ndarray:
        """Times up to the window's end; what comes later is not known yet."""
        return np.where(at < self.end, at, NEVER)


def live_advocacy(settings: Settings, world: World, ledger: Ledger) -> Advocacy:
    life = _Life(settings, world, ledger)
    members = _members(life)
    return Advocacy(_referrals(life), _asks(life), members, _units(life, members), _acts(life))


def _referrals(life: _Life) -> pd.DataFrame:
    """Leads and who referred them, some twice; what customers made of themselves; what sales had known already (invalid)."""
    rng = life.settings.rng("referrals")
    own = life.happenings(rng, "refer")
    own["referrer_type"] = np.where(rng.random(len(own)) < 0.3, "user", "customer")
    partners = life.by_partners(rng, 1 + 0.008 * life.settings.customers).assign(referrer_type="partner")
    rows = pd.concat([own, partners], ignore_index=True).sort_values(["at", "customer"], ignore_index=True)
    rows["lead"] = np.arange(len(rows))
    chance = np.full(len(rows), 0.4)
    is_own = (rows["customer"] >= 0).to_numpy()
    chance[is_own] = life.chance("convert", rows["customer"][is_own].to_numpy(), rows["at"][is_own].to_numpy())
    delay = (rng.lognormal(np.log(40), 0.8, len(rows)) * 86400).astype("int64") * SECOND
    # The window's two sides, to the second.
    edge = rng.random(len(rows))
    delay = np.where(edge < 0.04, WINDOW, np.where(edge < 0.08, WINDOW + SECOND, delay))
    paid = life.known(np.where(rng.random(len(rows)) < chance, rows["at"] + delay, NEVER))
    rows["converted"], rows["is_valid"] = paid, True
    later = _again(life, rng, rows, paid)
    # Of half of those that were referred twice, the conversion is on record with the second referrer alone.
    moved = later["lead"][later["converted"].notna() & (rng.random(len(later)) < 0.5)]
    rows.loc[rows["lead"].isin(moved), "converted"] = NEVER
    own_leads = rows[is_own].sample(frac=0.04, random_state=int(rng.integers(2**31)))
    themselves = own_leads.assign(lead=-1, converted=NEVER, at=own_leads["at"] + 3 * SECOND)
    known = rows.sample(frac=0.05, random_state=int(rng.integers(2**31)))
    known = known.assign(is_valid=False, converted=NEVER, at=known["at"] - 60 * SECOND)
    known = known[known["at"] >= life.starts[0]]
    rows = pd.concat([rows, later, themselves, known], ignore_index=True)
    rows = rows[rows["at"] < life.end].sort_values(["at", "lead", "customer"], ignore_index=True)
    rows["id"] = [f"ref-{n:05d}" for n in range(1, len(rows) + 1)]
    return rows


def _again(life: _Life, rng: np.random.Generator, rows: pd.DataFrame, paid: np.ndarray) -> pd.DataFrame:
    """A tenth of the leads, referred once more by somebody else within two months."""
    chosen = np.flatnonzero(rng.random(len(rows)) < 0.1)
    later = rows.iloc[chosen].copy()
    later["at"] = later["at"].to_numpy() + rng.integers(60, 60 * 86400, len(later)) * SECOND
    later["customer"] = rng.permutation(rows["customer"].to_numpy())[: len(later)]
    later["referrer_type"] = np.where(later["customer"] < 0, "partner", "customer")
    later["converted"] = np.where(paid[chosen] >= later["at"].to_numpy(), paid[chosen], NEVER)
    return later[later["at"] < life.end]


def _asks(life: _Life) -> pd.DataFrame:
    """Contacts of customers, and partners, who were asked for an introduction; some again on the 90th day or just after."""
    rng = life.settings.rng("introduction asks")
    people = life.world.people[life.world.people["contact_id"].notna()]
    of_customer = people.groupby("customer")["contact_id"].agg(list)
    rows = life.happenings(rng, "ask")
    rows = rows[rows["customer"].isin(of_customer.index)].reset_index(drop=True)
    draws = rng.random(len(rows))
    rows["contact"] = [
        of_customer[c][int(d * len(of_customer[c]))] for c, d in zip(rows["customer"], draws, strict=True)
    ]
    partners = life.by_partners(rng, 1.5)
    partners["contact"] = [f"partner-{n:02d}" for n in rng.integers(0, PARTNERS, len(partners))]
    rows = pd.concat([rows, partners], ignore_index=True)
    draw = rng.random(len(rows))
    again = rows[draw < 0.12].copy()
    again["at"] += np.where(draw[draw < 0.12] < 0.06, WINDOW, WINDOW + SECOND)
    rows = pd.concat([rows, again[again["at"] < life.end]], ignore_index=True)
    rows = rows.sort_values(["at", "contact"], ignore_index=True).drop_duplicates(["at", "contact"], ignore_index=True)
    end_users = set(people.loc[people["buying_role"] == "end_user", "contact_id"])
    is_own = (rows["customer"] >= 0).to_numpy()
    rows["party_type"] = np.where(~is_own, "partner", np.where(rows["contact"].isin(end_users), "user", "customer"))
    chance = np.full(len(rows), 0.6)
    chance[is_own] = life.chance("accept", rows["customer"][is_own].to_numpy(), rows["at"][is_own].to_numpy())
    draw = rng.random(len(rows))
    outcome = np.where(draw < chance, "accepted", np.where(draw < chance + (1 - chance) / 2, "declined", "no_answer"))
    rows["outcome"] = np.where(rows["at"] >= life.end - 14 * DAY, None, outcome)
    rows["id"] = [f"ask-{n:05d}" for n in range(1, len(rows) + 1)]
    return rows


def _members(life: _Life) -> pd.DataFrame:
    """Who may take part in the loyalty programme, which began a fifth into the window, from 30 days after the first access;
    for some it was interrupted. Most enrol."""
    rng = life.settings.rng("loyalty")
    customers = life.world.customers
    began = life.starts[min(len(life.starts) // 5, len(life.starts) - 1)]
    begins = np.maximum(life.first_served + 30 * DAY, began).astype("datetime64[D]").astype("datetime64[us]")
    draw = rng.random(len(customers))
    is_eligible = (customers["segment"] != "ENT").to_numpy() & (draw < 0.9) & (begins < life.last_served)
    who = np.flatnonzero(is_eligible)
    rows = pd.DataFrame({"customer": who, "from": begins[who], "to": life.last_served[who]})
    passed = (rng.exponential(20, len(rows)) * 86400).astype("int64") * SECOND
    enrolled = rows["from"].to_numpy() + passed
    wants = rng.random(len(rows)) < life.chance("enrol", who, rows["from"].to_numpy())
    rows["enrolled"] = np.where(wants & (enrolled < rows["to"]), enrolled, NEVER)
    broken = (rng.random(len(rows)) < 0.05) & (rows["to"] - rows["from"] > 200 * DAY)
    second = rows[broken].assign(**{"from": rows.loc[broken, "from"] + 120 * DAY, "enrolled": NEVER})
    rows.loc[broken, "to"] = rows.loc[broken, "from"] + 60 * DAY
    rows = pd.concat([rows, second], ignore_index=True)
    rows["to"] = rows["to"].where(rows["to"] < life.end)
    rows["enrolled"] = rows["enrolled"].where(rows["to"].isna() | (rows["enrolled"] < rows["to"]))
    return rows.sort_values(["customer", "from"], ignore_index=True)


def _units(life: _Life, members: pd.DataFrame) -> pd.DataFrame:
    """Points and rewards that members earned, and coupons that were handed to all who may take part, each quarter."""
    rng = life.settings.rng("rewards")
    first = members.drop_duplicates("customer").set_index("customer")
    enrolled = np.full(len(life.world.customers), life.end)
    joined = first["enrolled"].dropna()
    enrolled[joined.index] = joined.to_numpy()
    earned = life.happenings(rng, "earn")
    earned = earned[earned["at"].to_numpy() >= enrolled[earned["customer"]]].reset_index(drop=True)
    earned["kind"] = np.where(rng.random(len(earned)) < 0.15, "reward", "points")
    earned["qty"] = np.where(earned["kind"] == "points", 10 * rng.integers(5, 51, len(earned)), 1)
    months = [m for m, at in enumerate(life.settings.month_starts) if at.month % 3 == 2]
    handed = [(c, life.starts[m] + 4 * DAY) for m in months for c in first.index if life.is_served[c, m]]
    coupons = pd.DataFrame(handed, columns=["customer", "at"]).astype({"at": "datetime64[us]"})
    coupons = coupons[coupons["at"] >= coupons["customer"].map(first["from"])].assign(kind="coupon", qty=1)
    rows = pd.concat([earned, coupons], ignore_index=True).sort_values(["at", "customer", "kind"], ignore_index=True)
    valid = np.select([rows["kind"] == "coupon", rows["kind"] == "reward"], [60, 120], 365)
    rows["expires"] = np.where(rng.random(len(rows)) < 0.1, NEVER, rows["at"] + valid * DAY)
    delay = (rng.lognormal(np.log(28), 0.9, len(rows)) * 86400).astype("int64") * SECOND
    # To the second: the last moment of both limits, and the moment after it.
    limit = np.minimum(valid, 90) * DAY
    edge = rng.random(len(rows))
    delay = np.where(edge < 0.03, limit, np.where(edge < 0.06, limit + SECOND, delay))
    chance = life.chance("redeem", rows["customer"].to_numpy(), rows["at"].to_numpy())
    rows["redeemed"] = life.known(np.where(rng.random(len(rows)) < chance, rows["at"] + delay, NEVER))
    rows["voided"] = life.known(np.where(rng.random(len(rows)) < 0.03, rows["at"] + 2 * DAY, NEVER))
    rows["id"] = [f"unit-{n:06d}" for n in range(1, len(rows) + 1)]
    return rows


def _acts(life: _Life) -> pd.DataFrame:
    rng = life.settings.rng("advocacy acts")
    rows = life.happenings(rng, "act")
    rows["kind"] = rng.choice(ACTS, len(rows), p=ACT_WEIGHTS)
    people = life.world.people[life.world.people["contact_id"].notna()].drop_duplicates("customer")
    rows["contact"] = rows["customer"].map(people.set_index("customer")["contact_id"])
    rows.loc[rng.random(len(rows)) < 0.3, "contact"] = None
    rows["id"] = [f"act-{n:05d}" for n in range(1, len(rows) + 1)]
    return rows


# --- what people keep of it -----------------------------------------------------------------------------


def advocacy_files(settings: Settings, world: World, done: Advocacy) -> dict[str, pd.DataFrame]:
    """The tables as they are kept, each with a row that was sent twice and rows that nobody could have meant."""
    called = _called(world)

    def customer(rows: pd.DataFrame) -> np.ndarray:
        return np.where(rows["customer"] < 0, None, called[rows["customer"].to_numpy()])

    someone = called[0]
    first = f"{settings.start:%Y-%m-%d}"
    referrals, asks, members, units, acts = done.referrals, done.asks, done.members, done.units, done.acts
    # Who refers itself names its own account, or its own address.
    own = np.where(referrals.index % 2 == 0, customer(referrals), _address(world)[referrals["customer"].to_numpy()])
    lead = [f"lead-{settings.token('lead', n, 8)}" if n >= 0 else None for n in referrals["lead"]]
    tables = {
        "referrals": pd.DataFrame(
            {
                "referral_id": referrals["id"],
                "customer_id": customer(referrals),
                "referrer_type": referrals["referrer_type"],
                "lead_key": np.where(referrals["lead"] < 0, own, lead),
                "created_at": _text(referrals["at"]),
                "converted_at": _text(referrals["converted"]),
                "is_valid": referrals["is_valid"],
            }
        ),
        "intro_asks": pd.DataFrame(
            {
                "ask_id": asks["id"],
                "customer_id": customer(asks),
                "contact_id": asks["contact"],
                "party_type": asks["party_type"],
                "asked_at": _text(asks["at"]),
                "outcome": asks["outcome"],
            }
        ),
        "loyalty_members": pd.DataFrame(
            {
                "customer_id": customer(members),
                "eligible_from": _text(members["from"]),
                "eligible_to": _text(members["to"]),
                "enrolled_at": _text(members["enrolled"]),
            }
        ),
        "reward_units": pd.DataFrame(
            {
                "unit_id": units["id"],
                "customer_id": customer(units),
                "kind": units["kind"],
                "qty": units["qty"],
                "issued_at": _text(units["at"]),
                "expires_at": _text(units["expires"]),
                "redeemed_at": _text(units["redeemed"]),
                "voided_at": _text(units["voided"]),
            }
        ),
        "advocacy_acts": pd.DataFrame(
            {
                "act_id": acts["id"],
                "customer_id": customer(acts),
                "contact_id": acts["contact"],
                "kind": acts["kind"],
                "occurred_at": _text(acts["at"]),
            }
        ),
    }
    broken = {
        "referrals": [
            ("ref-x1", someone, "customer", "lead-x1", "2026-02-02", "2026-01-02", True),
            ("ref-x2", someone, "neighbour", "lead-x2", "2026-02-02", None, True),
        ],
        "intro_asks": [("ask-x1", someone, None, "customer", BROKEN_TIME, "accepted")],
        "loyalty_members": [(someone, "2026-03-01", "2026-02-01", None)],
        "reward_units": [
            ("unit-x1", someone, "coupon", -1, "2026-02-02", None, None, None),
            ("unit-x2", someone, "coupon", 1, "2026-02-02", None, "2026-02-01", None),
        ],
        "advocacy_acts": [("act-x1", someone, None, "applause", first)],
    }
    return {
        name: pd.concat([rows, rows.iloc[:1], pd.DataFrame(broken[name], columns=rows.columns)], ignore_index=True)
        for name, rows in tables.items()
    }


def _called(world: World) -> np.ndarray:
    """What the files call each company: its account in the CRM; every ninth by billing's id."""
    ids = world.customers["account_id"].to_numpy(dtype=object).copy()
    ids[::9] = world.customers["stripe_id"].to_numpy(dtype=object)[::9]
    return ids


def _address(world: World) -> np.ndarray:
    """An address of each company that its CRM contacts have; its id where they have none."""
    people = world.people[world.people["contact_id"].notna() & (world.people["fate"] == "stays")]
    addresses = people.drop_duplicates("customer").set_index("customer")["email"]
    return addresses.reindex(world.customers.index).fillna(pd.Series(_called(world))).to_numpy(dtype=object)


def _text(at: pd.Series) -> pd.Series:
    return pd.to_datetime(at).dt.strftime("%Y-%m-%d %H:%M:%S")


# --- the truth ------------------------------------------------------------------------------------------


def advocacy_truth(settings: Settings, world: World, done: Advocacy) -> dict[str, pd.DataFrame]:
    """From what was done. A customer-month has a row where something is in it; internal accounts have none."""
    return {
        "referrals": _named(world, _true_referrals(done.referrals)),
        "intro_asks": _named(world, _true_asks(done.asks)),
        "loyalty_months": _named(world, loyalty_months(settings, done)),
        "reward_units": _true_units(world, done.units),
        "advocacy_acts": _named(
            world,
            done.acts.assign(month=_month(done.acts["at"]))
            .groupby(["customer", "month", "kind"])
            .agg(acts=("id", "size"))
            .reset_index(),
        ),
    }


def _named(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """With the names of the companies; partners have none."""
    is_own = (rows["customer"] >= 0).to_numpy()
    kind = world.customers["kind"].to_numpy()[rows["customer"].to_numpy()]
    rows, is_own = rows[~is_own | (kind != "internal")], is_own[~is_own | (kind != "internal")]
    names = {name: np.where(is_own, ids, None) for name, ids in world.names(rows["customer"].clip(lower=0)).items()}
    return rows.assign(**names)


def _month(at: pd.Series) -> np.ndarray:
    return at.to_numpy().astype("datetime64[M]").astype("datetime64[D]").astype(object)


def leads(referrals: pd.DataFrame) -> pd.DataFrame:
    """Leads by whoever referred them first and validly; a lead converts once, whoever's record says so."""
    valid = referrals[referrals["is_valid"] & (referrals["lead"] >= 0)].sort_values("at", kind="stable")
    found = valid.drop_duplicates("lead").copy()
    found["paid"] = found["lead"].map(valid.groupby("lead")["converted"].min())
    found["in_time"] = found["paid"] - found["at"] <= WINDOW
    return found


def _true_referrals(referrals: pd.DataFrame) -> pd.DataFrame:
    found = leads(referrals)
    found["month"] = _month(found["at"])
    rows = found.groupby(["customer", "month", "referrer_type"]).agg(
        created=("lead", "size"), converted=("in_time", "sum")
    )
    return rows.reset_index()


def judged_asks(asks: pd.DataFrame) -> pd.DataFrame:
    """A contact that was asked within the 90 days before is a repeat."""
    asks = asks.sort_values(["contact", "at"], kind="stable")
    asks["is_repeat"] = asks.groupby("contact")["at"].diff() <= WINDOW
    asks["accepted"] = ~asks["is_repeat"] & (asks["outcome"] == "accepted")
    asks["counted"] = ~asks["is_repeat"]
    return asks


def _true_asks(asks: pd.DataFrame) -> pd.DataFrame:
    """Who was asked in a quarter."""
    asks = judged_asks(asks)
    asks["quarter"] = [at.date() for at in asks["at"].dt.to_period("Q").dt.start_time]
    rows = asks.groupby(["customer", "quarter"]).agg(
        asks=("counted", "sum"), repeats=("is_repeat", "sum"), accepted=("accepted", "sum")
    )
    return rows.reset_index()


def loyalty_months(settings: Settings, done: Advocacy) -> pd.DataFrame:
    """Who is eligible at each month's end, who has enrolled, and who earned or redeemed in the 90 days before."""
    counted = done.units[done.units["voided"].isna()]
    earned = counted.loc[counted["kind"] != "coupon", ["customer", "at"]]
    used = counted[["customer", "redeemed"]].dropna().set_axis(["customer", "at"], axis=1)
    moves = pd.concat([earned, used])
    frames = []
    for start in settings.month_starts:
        end = np.datetime64(add_months(start, 1), "us")
        open_at_end = (done.members["from"] < end) & ~(done.members["to"] < end)
        rows = pd.DataFrame({"customer": done.members.loc[open_at_end, "customer"].unique(), "month": start.date()})
        joined = done.members[done.members["enrolled"] < end]
        rows["is_enrolled"] = rows["customer"].isin(joined["customer"])
        recent = moves[(moves["at"] >= end - WINDOW) & (moves["at"] < end)]
        rows["is_participating"] = rows["customer"].isin(recent["customer"])
        frames.append(rows)
    return pd.concat(frames, ignore_index=True)


def _true_units(world: World, units: pd.DataFrame) -> pd.DataFrame:
    """Per month of issue and kind; voided ones are none."""
    is_ours = (world.customers["kind"] == "internal").to_numpy()[units["customer"]]
    units = units[units["voided"].isna() & ~is_ours].copy()
    limit = (units["at"] + WINDOW).where(~(units["expires"] < units["at"] + WINDOW), units["expires"])
    units["redeemed_qty"] = units["qty"].where(units["redeemed"] <= limit, 0)
    units["month"] = _month(units["at"])
    rows = units.groupby(["kind", "month"]).agg(
        units=("id", "size"), issued=("qty", "sum"), redeemed=("redeemed_qty", "sum")
    )
    return rows.reset_index()
