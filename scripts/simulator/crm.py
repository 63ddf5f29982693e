"""The CRM as Fivetran's Salesforce connector lands it: accounts in history mode, contacts, users."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from .fivetran import FOREVER, JUST_BEFORE, LAG
from .names import FIRST_NAMES, LAST_NAMES
from .settings import Settings
from .world import CSMS, SEGMENTS, VENDOR_DOMAIN, World

CHANGING = 0.15
ROLE_ID = "00E000000000CSMAAA"


def salesforce_tables(settings: Settings, world: World) -> dict[str, pd.DataFrame]:
    users = _users(settings)
    contacts = _contacts(settings, world)
    return {"account": _accounts(settings, world, users["id"].to_numpy()), "contact": contacts, "user": users}


def _users(settings: Settings) -> pd.DataFrame:
    """Customer success managers; their position is the number that accounts carry."""
    rng = settings.rng("csm")
    first, last = rng.choice(FIRST_NAMES, CSMS), rng.choice(LAST_NAMES, CSMS)
    return pd.DataFrame(
        {
            "id": ["005" + settings.token("user", n, 15) for n in range(CSMS)],
            "name": [f"{a} {b}" for a, b in zip(first, last, strict=True)],
            "email": [f"{a}.{b}{n}@{VENDOR_DOMAIN}".lower() for n, (a, b) in enumerate(zip(first, last, strict=True))],
            "is_active": np.arange(CSMS) > 0,
            "user_role_id": ROLE_ID,
            "title": "Customer Success Manager",
        }
    )


def _accounts(settings: Settings, world: World, user_ids: np.ndarray) -> pd.DataFrame:
    """Versions of accounts: the first from creation, a second from a change or a merge on."""
    known = world.customers[world.customers["created_at"] < settings.end]
    first = _account_rows(known, user_ids)
    merged = _merged_away(settings, known, user_ids)
    versions = pd.concat([first, _changed(settings, known, first, user_ids), *merged])
    versions = versions.sort_values(["id", "_fivetran_start"]).reset_index(drop=True)
    following = versions.groupby("id")["_fivetran_start"].shift(-1)
    versions["_fivetran_active"] = following.isna()
    versions["_fivetran_end"] = (following - JUST_BEFORE).fillna(FOREVER)
    versions["_fivetran_synced"] = versions["_fivetran_start"] + LAG
    return versions


def _account_rows(known: pd.DataFrame, user_ids: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": known["account_id"],
            "_fivetran_start": known["created_at"],
            "name": known["name"],
            "industry": known["industry"],
            "type": known["kind"].map({"customer": "Customer", "internal": "Other", "prospect": "Prospect"}),
            "billing_country": known["country"],
            "website": "https://www." + known["domain"],
            "owner_id": user_ids[known["csm"]],
            "parent_id": None,
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
    is_changing = rng.random(len(known)) < CHANGING
    grows = (rng.random(len(known)) < 0.5) & (known["segment"] != SEGMENTS[-1]).to_numpy()
    changed = first.copy()
    changed["_fivetran_start"] += passed.dt.floor("h")
    larger = dict(pairwise(SEGMENTS))
    changed["segment_c"] = first["segment_c"].map(larger).where(grows, first["segment_c"])
    other = user_ids[(known["csm"].to_numpy() + 1) % CSMS]
    for column in ("csm_id_c", "owner_id"):
        changed[column] = first[column].where(grows, other)
    return changed[is_changing]


def _merged_away(settings: Settings, known: pd.DataFrame, user_ids: np.ndarray) -> list[pd.DataFrame]:
    """Duplicates: alive for a month, then deleted with the winner as master record."""
    winners = known[known["merged_id"].notna()]
    alive = _account_rows(winners, user_ids).assign(id=winners["merged_id"], name=winners["name"] + " (old)")
    merged = alive.assign(
        is_deleted=True,
        master_record_id=winners["account_id"],
        _fivetran_start=(winners["signed_at"] + timedelta(days=30)).clip(upper=settings.end - timedelta(days=1)),
    )
    return [alive, merged]


def _contacts(settings: Settings, world: World) -> pd.DataFrame:
    people = world.people[world.people["is_contact"] & ~world.people["is_staff"]]
    accounts = world.customers.loc[people["customer"]]
    created = accounts["created_at"].to_numpy()
    contacts = pd.DataFrame(
        {
            "id": ["003" + settings.token("contact", n, 15) for n in people.index],
            "account_id": accounts["account_id"].to_numpy(),
            "email": people["email"].to_numpy(),
            "first_name": people["first_name"].to_numpy(),
            "last_name": people["last_name"].to_numpy(),
            "name": (people["first_name"] + " " + people["last_name"]).to_numpy(),
            "title": people["title"].to_numpy(),
            "is_deleted": False,
            "created_date": created,
            "last_modified_date": created,
        }
    )
    return contacts[contacts["created_date"] < settings.end]
