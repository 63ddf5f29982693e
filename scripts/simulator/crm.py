"""The CRM as Fivetran's Salesforce connector lands it: accounts and contacts in history mode, and users."""

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


def salesforce_tables(settings: Settings, world: World) -> dict[str, pd.DataFrame]:
    users = _users(settings)
    user_ids = users["id"].to_numpy()
    return {
        "account": _accounts(settings, world, user_ids),
        "contact": _contacts(settings, world),
        "user": users,
        "user_role": _roles(),
    }


def keep_terms_on_file(world: World, opportunities: pd.DataFrame, files: dict[str, pd.DataFrame]) -> None:
    """The CRM knows the term of what was signed where a contract is on file; of the rest it knows the sale alone."""
    on_file = set(files["contracts"]["customer_id"]) if "contracts" in files else set()
    companies = world.customers
    known = companies["account_id"].isin(on_file) | companies["merged_id"].isin(on_file)
    has_term = opportunities["account_id"].isin(companies.loc[known, "account_id"])
    for column in ("contract_start_c", "contract_end_c", "contract_months_c"):
        opportunities[column] = opportunities[column].where(has_term)


def csm_ids(settings: Settings) -> np.ndarray:
    return np.array(["005" + settings.token("user", n, 15) for n in range(CSMS)])


def _users(settings: Settings) -> pd.DataFrame:
    """Customer success managers; their position is the number that accounts carry. The first leads the others."""
    rng = settings.rng("csm")
    first, last = rng.choice(FIRST_NAMES, CSMS), rng.choice(LAST_NAMES, CSMS)
    ids = csm_ids(settings)
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
    known = _known_accounts(settings, world)
    parents = companies["account_id"].reindex(known["parent"]).where(companies["in_crm"].reindex(known["parent"]))
    first = _account_rows(known, parents.to_numpy(), user_ids)
    changed = _changed(first, account_changes(settings, world), user_ids)
    versions = [first, changed, _renamed(known, first), _twins(known, first)]
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


def account_changes(settings: Settings, world: World) -> pd.DataFrame:
    """What some accounts become, one time each: `at`, and from then on the next larger `segment` or another `csm`."""
    rng = settings.rng("account changes")
    known = _known_accounts(settings, world)
    passed = (settings.end - known["created_at"]) * rng.uniform(0.1, 1.0, len(known))
    is_changing = (rng.random(len(known)) < CHANGING) & known["renamed_at"].isna().to_numpy()
    grows = (rng.random(len(known)) < 0.5) & (known["segment"] != SEGMENTS[-1]).to_numpy()
    larger = dict(pairwise(SEGMENTS))
    changes = pd.DataFrame(
        {
            "at": known["created_at"] + passed.dt.floor("h"),
            "segment": known["segment"].map(larger).where(grows, known["segment"]),
            "csm": known["csm"].where(grows, (known["csm"] + 1) % CSMS),
        }
    )
    return changes[is_changing]


def _known_accounts(settings: Settings, world: World) -> pd.DataFrame:
    companies = world.customers
    return companies[companies["in_crm"] & (companies["created_at"] < settings.end)]


def _changed(first: pd.DataFrame, changes: pd.DataFrame, user_ids: np.ndarray) -> pd.DataFrame:
    csm_ids = user_ids[changes["csm"]]
    return first.loc[changes.index].assign(
        _fivetran_start=changes["at"], segment_c=changes["segment"], csm_id_c=csm_ids, owner_id=csm_ids
    )


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


def entered_twice(settings: Settings, world: World) -> pd.Series:
    """The second contact id of those whom the CRM has twice, by person."""
    known = world.people.index[world.people["contact_id"].notna()]
    twice = known[settings.rng("contacts twice").random(len(known)) < TWICE]
    return pd.Series(["003" + settings.token("contact twice", n, 15) for n in twice], index=twice, dtype=object)


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
    twins = entered_twice(settings, world)
    again = first.loc[twins.index].assign(id=twins, is_champion_c=False)
    merged_at = (again["created_date"] + timedelta(days=30)).clip(upper=settings.end - timedelta(days=1))
    merged = again.assign(is_deleted=True, master_record_id=first.loc[twins.index, "id"], _fivetran_start=merged_at)
    return _in_history_mode(pd.concat([first, left, moved, again, merged], ignore_index=True))
