"""The CRM as Fivetran's Salesforce connector lands it: accounts and contacts in history mode, users, opportunities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from .catalog import CORE, MINOR_UNITS
from .fivetran import FOREVER, JUST_BEFORE, LAG
from .ledger import Ledger, Subscription
from .names import FIRST_NAMES, LAST_NAMES
from .settings import Settings
from .world import CSMS, SEGMENTS, VENDOR_DOMAIN, World

CHANGING = 0.15
ROLES = {"00E000000000CSHAAA": "Head of Customer Success", "00E000000000CSMAAA": "Customer Success Manager"}
DEPARTMENT_OF_TITLE = {
    "Head of Operations": "Operations",
    "VP Finance": "Finance",
    "Data Analyst": "Data",
    "Product Manager": "Product",
    "IT Administrator": "IT",
    "COO": "Operations",
    "Engineer": "Engineering",
}
TWICE = 0.03
OPEN_BEFORE_RENEWAL = timedelta(days=90)


def salesforce_tables(settings: Settings, world: World, ledger: Ledger) -> dict[str, pd.DataFrame]:
    users = _users(settings)
    user_ids = users["id"].to_numpy()
    return {
        "account": _accounts(settings, world, user_ids),
        "contact": _contacts(settings, world),
        "user": users,
        "user_role": _roles(),
        "opportunity": pd.DataFrame(_opportunities(settings, world, ledger, user_ids)),
    }


def keep_terms_on_file(world: World, opportunities: pd.DataFrame, files: dict[str, pd.DataFrame]) -> None:
    """The CRM knows the term of what was signed where a contract is on file; of the rest it knows the sale alone."""
    on_file = set(files["contracts"]["customer_id"]) if "contracts" in files else set()
    companies = world.customers
    known = companies["account_id"].isin(on_file) | companies["merged_id"].isin(on_file)
    has_term = opportunities["account_id"].isin(companies.loc[known, "account_id"])
    for column in ("contract_start_c", "contract_end_c", "contract_months_c"):
        opportunities[column] = opportunities[column].where(has_term)


def _users(settings: Settings) -> pd.DataFrame:
    """Customer success managers; their position is the number that accounts carry. The first leads the others."""
    rng = settings.rng("csm")
    first, last = rng.choice(FIRST_NAMES, CSMS), rng.choice(LAST_NAMES, CSMS)
    ids = ["005" + settings.token("user", n, 15) for n in range(CSMS)]
    head, manager = ROLES
    return pd.DataFrame(
        {
            "id": ids,
            "name": [f"{a} {b}" for a, b in zip(first, last, strict=True)],
            "email": [f"{a}.{b}{n}@{VENDOR_DOMAIN}".lower() for n, (a, b) in enumerate(zip(first, last, strict=True))],
            "is_active": np.arange(CSMS) > 0,
            "user_role_id": np.where(np.arange(CSMS) == 1, head, manager),
            "manager_id": [None if n == 1 else ids[1] for n in range(CSMS)],
            "title": "Customer Success Manager",
        }
    )


def _roles() -> pd.DataFrame:
    head, manager = ROLES
    return pd.DataFrame(
        {
            "id": [head, manager],
            "name": list(ROLES.values()),
            "developer_name": [name.replace(" ", "_") for name in ROLES.values()],
            "parent_role_id": [None, head],
        }
    )


def _in_history_mode(versions: pd.DataFrame) -> pd.DataFrame:
    versions = versions.sort_values(["id", "_fivetran_start"], kind="stable").reset_index(drop=True)
    following = versions.groupby("id")["_fivetran_start"].shift(-1)
    versions["_fivetran_active"] = following.isna()
    versions["_fivetran_end"] = (following - JUST_BEFORE).fillna(FOREVER)
    versions["_fivetran_synced"] = versions["_fivetran_start"] + LAG
    return versions


# --- accounts -----------------------------------------------------------------------------------------


def _accounts(settings: Settings, world: World, user_ids: np.ndarray) -> pd.DataFrame:
    """Versions of accounts: the first from creation, a second from a change, another name or a merge on."""
    companies = world.customers
    known = companies[companies["in_crm"] & (companies["created_at"] < settings.end)]
    parents = companies["account_id"].reindex(known["parent"]).where(companies["in_crm"].reindex(known["parent"]))
    first = _account_rows(known, parents.to_numpy(), user_ids)
    versions = [first, _changed(settings, known, first, user_ids), _renamed(known, first), _twins(known, first)]
    return _in_history_mode(pd.concat([*versions, *_merged_away(settings, known, first)]))


def _account_rows(known: pd.DataFrame, parents: np.ndarray, user_ids: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": known["account_id"],
            "_fivetran_start": known["created_at"],
            "name": known["former_name"],
            "industry": known["industry"],
            "type": known["kind"].map({"customer": "Customer", "internal": "Other", "prospect": "Prospect"}),
            "billing_country": known["country"],
            "website": "https://www." + known["domain"],
            "owner_id": user_ids[known["csm"]],
            "parent_id": parents,
            "master_record_id": None,
            "is_deleted": False,
            "created_date": known["created_at"],
            "number_of_employees": known["seats"] * 4,
            "segment_c": known["segment"],
            "tier_c": known["tier"],
            "touch_model_c": known["touch_model"],
            "region_c": known["region"],
            "csm_id_c": user_ids[known["csm"]],
            "is_internal_c": known["kind"] == "internal",
        }
    )


def _changed(settings: Settings, known: pd.DataFrame, first: pd.DataFrame, user_ids: np.ndarray) -> pd.DataFrame:
    """Second versions: the next larger segment, or another success manager."""
    rng = settings.rng("account changes")
    passed = (settings.end - known["created_at"]) * rng.uniform(0.1, 1.0, len(known))
    is_changing = (rng.random(len(known)) < CHANGING) & known["renamed_at"].isna().to_numpy()
    grows = (rng.random(len(known)) < 0.5) & (known["segment"] != SEGMENTS[-1]).to_numpy()
    changed = first.copy()
    changed["_fivetran_start"] += passed.dt.floor("h")
    larger = dict(pairwise(SEGMENTS))
    changed["segment_c"] = first["segment_c"].map(larger).where(grows, first["segment_c"])
    other = user_ids[(known["csm"].to_numpy() + 1) % CSMS]
    for column in ("csm_id_c", "owner_id"):
        changed[column] = first[column].where(grows, other)
    return changed[is_changing]


def _renamed(known: pd.DataFrame, first: pd.DataFrame) -> pd.DataFrame:
    is_renamed = known["renamed_at"].notna()
    return first.assign(name=known["name"], _fivetran_start=known["renamed_at"])[is_renamed]


def _twins(known: pd.DataFrame, first: pd.DataFrame) -> pd.DataFrame:
    """The same company entered a second time, to which nothing ever happens."""
    is_twice = known["twin_id"].notna()
    later = known["created_at"] + timedelta(days=2)
    return first.assign(id=known["twin_id"], _fivetran_start=later, created_date=later)[is_twice]


def _merged_away(settings: Settings, known: pd.DataFrame, first: pd.DataFrame) -> list[pd.DataFrame]:
    """Duplicates: alive for a month, then deleted with the winner as master record."""
    is_winner = known["merged_id"].notna()
    winners = known[is_winner]
    alive = first[is_winner].assign(id=winners["merged_id"], name=winners["name"] + " (old)")
    merged = alive.assign(
        is_deleted=True,
        master_record_id=winners["account_id"],
        _fivetran_start=(winners["signed_at"] + timedelta(days=30)).clip(upper=settings.end - timedelta(days=1)),
    )
    return [alive, merged]


# --- contacts -----------------------------------------------------------------------------------------


def _contacts(settings: Settings, world: World) -> pd.DataFrame:
    """Some go to another company, some leave, some were entered twice and merged a month later."""
    people = world.people[world.people["contact_id"].notna()]
    employers = world.customers.loc[people["customer"]].set_index(people.index)
    created = employers["created_at"]
    first = pd.DataFrame(
        {
            "id": people["contact_id"],
            "_fivetran_start": created,
            "account_id": employers["account_id"],
            "email": people["email"],
            "first_name": people["first_name"],
            "last_name": people["last_name"],
            "name": people["first_name"] + " " + people["last_name"],
            "title": people["title"],
            "department": people["title"].map(DEPARTMENT_OF_TITLE),
            "master_record_id": None,
            "is_deleted": False,
            "created_date": created,
            "last_modified_date": created,
            "job_level_c": None,
            "buying_role_c": people["buying_role"],
            "is_champion_c": people["is_champion"].astype(bool),
            "no_longer_at_company_c": False,
        }
    )
    gone = first.assign(_fivetran_start=people["gone_at"], last_modified_date=people["gone_at"])
    left = gone[people["fate"] == "leaves"].assign(no_longer_at_company_c=True)
    onward = world.customers["account_id"].reindex(people["onward"]).set_axis(people.index)
    moved = gone.assign(account_id=onward, is_champion_c=False)[people["fate"] == "moves"]
    twice = settings.rng("contacts twice").random(len(people)) < TWICE
    again = first[twice].assign(
        id=["003" + settings.token("contact twice", n, 15) for n in people.index[twice]], is_champion_c=False
    )
    merged_at = (again["created_date"] + timedelta(days=30)).clip(upper=settings.end - timedelta(days=1))
    merged = again.assign(is_deleted=True, master_record_id=first.loc[twice, "id"], _fivetran_start=merged_at)
    return _in_history_mode(pd.concat([first, left, moved, again, merged], ignore_index=True))


# --- opportunities ------------------------------------------------------------------------------------


def _opportunities(settings: Settings, world: World, ledger: Ledger, user_ids: np.ndarray) -> Iterator[dict]:
    """One per signature and renewal of a term of three months and more, per start of a monthly subscription, per loss."""
    rng = settings.rng("opportunities")
    subscriptions: dict[int, list[Subscription]] = defaultdict(list)
    served = {spell.subscription.number for spell in ledger.spells}
    for subscription in ledger.subscriptions:
        if subscription.number in served:
            subscriptions[subscription.customer].append(subscription)
    losses: dict[int, list[datetime]] = defaultdict(list)
    for loss in ledger.losses:
        if loss.at < settings.end:
            losses[loss.customer].append(loss.at)
    companies = world.customers[world.customers["in_crm"]]
    for number, company in companies.iterrows():
        seller = user_ids[company["csm"]]
        for kind, begins, ends, months, amount in _agreements(subscriptions[number]):
            signed = begins - timedelta(days=int(rng.integers(0, 10)) if kind == "Renewal" else 0)
            asked = signed - timedelta(days=int(rng.integers(20, 80)))
            if asked < settings.end:
                yield _opportunity(
                    settings, rng, company, seller, kind, asked, signed, True, begins, ends, months, amount
                )
        for at in losses[number]:
            yield _opportunity(settings, rng, company, seller, "Renewal", at - OPEN_BEFORE_RENEWAL, at, False)
        if company["kind"] == "prospect" and company["created_at"] < settings.end:
            asked = company["created_at"].to_pydatetime()
            closes = asked + timedelta(days=int(rng.integers(30, 120)))
            yield _opportunity(settings, rng, company, seller, "New Business", asked, closes, False)


def _agreements(subscriptions: list[Subscription]) -> Iterator[tuple]:
    """(type, first day, first day after, months, amount) of what was signed after any trial; months None where it runs by the month."""
    has_signed = False
    for subscription in sorted(subscriptions, key=lambda one: (one.created, one.number)):
        items = [item for item in subscription.items if not item.price.is_metered]
        paid = [period for period in subscription.periods if period[0] >= (subscription.trial_end or period[0])]
        if not paid or not items:
            continue
        is_core = any(item.price.product == CORE for item in items)
        amount = sum(item.price.unit_amount * item.quantity for item in items) / MINOR_UNITS[subscription.currency]
        first = ("Renewal" if has_signed else "New Business") if is_core else "Expansion"
        has_signed = has_signed or is_core
        has_terms = subscription.months >= 3
        for n, (start, stop) in enumerate(paid if has_terms else paid[:1]):
            months = subscription.months if has_terms else None
            yield "Renewal" if n else first, start, stop, months, round(amount, 2)


def _opportunity(
    settings: Settings,
    rng: np.random.Generator,
    company: pd.Series,
    seller: str,
    kind: str,
    asked: datetime,
    closes: datetime,
    is_won: bool,
    begins: datetime | None = None,
    ends: datetime | None = None,
    months: int | None = None,
    amount: float | None = None,
) -> dict:
    """One opportunity as it stands at the window's end: open where it closes later."""
    is_closed = closes < settings.end
    stage = ("Closed Won" if is_won else "Closed Lost") if is_closed else "Negotiation"
    has_contract = is_closed and is_won and months is not None
    return {
        "id": "006" + settings.token("opportunity", int(rng.integers(2**62)), 15),
        "account_id": company["account_id"],
        "name": f"{company['name']} {kind} {closes:%Y-%m}",
        "type": kind,
        "stage_name": stage,
        "amount": amount,
        "currency_iso_code": company["currency"].upper(),
        "probability": {"Closed Won": 100.0, "Closed Lost": 0.0}.get(stage, 60.0),
        "is_closed": is_closed,
        "is_won": is_closed and is_won,
        "is_deleted": False,
        "close_date": datetime(closes.year, closes.month, closes.day),
        "created_date": asked,
        "owner_id": seller,
        "contract_start_c": begins.date() if has_contract else None,
        "contract_end_c": ends.date() - timedelta(days=1) if has_contract else None,
        "contract_months_c": months if has_contract else None,
    }
