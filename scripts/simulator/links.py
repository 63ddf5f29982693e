"""How each system names a company: ids of other systems, names, domains; and which company every record is in truth.

In the clean world every record leads to its company, by an id in one direction or the other or by a domain that is the
company's alone, or the CRM does not know the company at all. In the dirty world ids are missing, miswritten or another
company's, addresses are private, misspelt or an agency's, names have a legal form or are missing. Another company's id
is only written where the record keeps its own company's name, which no other company has, and does not also have
the other company's domain: what nothing contradicts, nobody could know.
"""

from __future__ import annotations

from collections.abc import Iterator
from json import dumps, loads

import numpy as np
import pandas as pd

from .settings import Settings
from .world import FREE_MAIL, World

Tables = dict[str, pd.DataFrame]
# Shares of a system's records that keep an id, and whose id the other side keeps; the rest have only a domain.
BY_ID, BY_OTHER_SIDE = 0.65, 0.15
# Shares of a system's records in the dirty world.
MISSING, MISWRITTEN, WRONG = 0.15, 0.06, 0.03
PRIVATE, MISSPELT, AGENCY, NAMELESS, LEGAL_FORM, NO_WEBSITE = 0.1, 0.04, 0.05, 0.05, 0.1, 0.06
AGENCIES = 2


def link_systems(settings: Settings, world: World, sources: dict[str, Tables]) -> pd.DataFrame:
    """Write each system's own view of who its companies are into its tables; returns the truth about every record."""
    links = _DirtyLinks(settings, world) if settings.links == "dirty" else _Links(settings, world)
    links.salesforce(sources["salesforce"]["account"])
    links.stripe(sources["stripe"], sources["salesforce"]["account"])
    links.segment(sources["segment"])
    links.zendesk(sources["zendesk"])
    return links.identity_map()


class _Links:
    """`records`: the company's number of each (system, id), None where no company is behind it."""

    def __init__(self, settings: Settings, world: World) -> None:
        self.settings, self.companies = settings, world.customers
        self.records: dict[tuple[str, str], int | None] = {}
        by_domain = self.companies.groupby("domain")["name"].transform("size")
        self.has_own_domain = ((by_domain == 1) & (self.companies["domain"] != FREE_MAIL)).to_numpy()
        self.number_of = {
            source_id: number
            for column in ("merged_id", "account_id")
            for number, source_id in self.companies[column].dropna().items()
        }
        self.rng = settings.rng("links")

    def salesforce(self, account: pd.DataFrame) -> None:
        twins = {twin: number for number, twin in self.companies["twin_id"].dropna().items()}
        for source_id in account["id"].unique():
            self.records["salesforce", source_id] = (self.number_of | twins)[source_id]

    def stripe(self, tables: Tables, account: pd.DataFrame) -> None:
        customer = tables["customer"]
        number_of = {source_id: number for number, source_id in self.companies["stripe_id"].items()}
        kept: dict[str, str] = {}
        self._start("stripe")
        rows = []
        for source_id, metadata in zip(customer["id"], customer["metadata"], strict=True):
            number = number_of[source_id]
            self.records["stripe", source_id] = number
            company = self.companies.loc[number]
            stated, how = company["stripe_account_id"], self._how(number)
            if how == "other" and company["in_crm"]:
                kept[company["account_id"]] = source_id
            name, domain, stated = self._written(number, stated if how == "id" and company["in_crm"] else None)
            private = f"owner.{source_id[-8:]}@{FREE_MAIL}".lower()
            kept_there = loads(metadata) if isinstance(metadata, str) else {}
            also = {key: value for key, value in kept_there.items() if key != "salesforce_account_id"}
            metadata = also | ({"salesforce_account_id": stated} if stated else {})
            email = private if domain == FREE_MAIL else f"billing@{domain}"
            rows.append(
                (self._name_in_billing(number, name, domain, stated), email, dumps(metadata) if metadata else None)
            )
        customer[["name", "email", "metadata"]] = pd.DataFrame(rows, index=customer.index, dtype=object)
        account["stripe_customer_id_c"] = account["id"].map(kept)

    def segment(self, tables: Tables) -> None:
        groups, users = tables["groups"], tables["users"]
        people = users[~users["is_internal"].astype(bool) & ~users["is_bot"].astype(bool)]
        with_people = set(people["account_id"])
        self._start("segment")
        self.group_of: dict[int, str] = {}
        traits = {}
        for group_id, account_id in groups.drop_duplicates("group_id")[
            ["group_id", "salesforce_account_id"]
        ].to_numpy():
            number = self.number_of[account_id]
            self.records["segment", group_id] = number
            self.group_of[number] = group_id
            company, how = self.companies.loc[number], self._how(number)
            if how == "domain" and group_id not in with_people:
                how = "id"
            in_crm = company["in_crm"]
            stated = company["account_id"] if how == "id" and in_crm else None
            name, _, stated = self._written(number, stated)
            billed = company["stripe_id"] if how == "other" or (how == "id" and not in_crm) else None
            traits[group_id] = (name, stated, billed)
        for table, key in (("groups", "group_id"), ("accounts", "id")):
            if table in tables:
                for place, column in enumerate(("name", "salesforce_account_id", "stripe_customer_id")):
                    tables[table][column] = [traits[group_id][place] for group_id in tables[table][key]]

    def zendesk(self, tables: Tables) -> None:
        """Further organizations of one company keep its id; the first may have the product's id, or domains only."""
        organizations = tables["organization"].reset_index(drop=True)
        self._start("zendesk")
        domains, seen = [], set()
        names, external_ids = [], []
        for row in organizations.itertuples():
            number = self.number_of.get(row.external_id)
            self.records["zendesk", str(row.id)] = number
            name, stated = row.name, row.external_id
            if number is not None and number not in seen:
                seen.add(number)
                how = self._how(number)
                if how == "other":
                    stated = self.group_of.get(number, stated)
                name, domain, stated = self._written(number, None if how == "domain" else stated)
                if domain != FREE_MAIL:
                    domains.append((row.id, domain, 0))
            names.append(name)
            external_ids.append(stated)
        tables["organization"] = organizations.assign(name=names, external_id=external_ids)
        tables["domain_name"] = pd.DataFrame(domains, columns=["organization_id", "domain_name", "index"])

    def identity_map(self) -> pd.DataFrame:
        return pd.DataFrame(
            [
                (system, source_id, *self._anchor(system, source_id, number))
                for system, source_id, number in self._all()
            ],
            columns=["source_system", "source_customer_id", "anchor_system", "anchor_id"],
        )

    def _all(self) -> Iterator[tuple[str, str, int | None]]:
        for (system, source_id), number in self.records.items():
            yield system, source_id, number

    def _anchor(self, system: str, source_id: str, number: int | None) -> tuple[str, str]:
        """The record that names a company: the CRM's, else billing's, else its own."""
        if number is None:
            return system, source_id
        company = self.companies.loc[number]
        return "salesforce" if company["in_crm"] else "stripe", company["account_id"]

    def _start(self, system: str) -> None:
        self.rng = self.settings.rng(f"links {system}")
        self.draw = self.rng.random(len(self.companies))

    def _how(self, number: int) -> str:
        """What leads a record to its company: an id that it keeps, one that the other side keeps, or a domain."""
        if self.draw[number] < BY_ID or not self.has_own_domain[number]:
            return "id"
        return "other" if self.draw[number] < BY_ID + BY_OTHER_SIDE else "domain"

    def _written(self, number: int, stated: str | None) -> tuple[str, str, str | None]:
        """Name, domain and id as they are written down."""
        company = self.companies.loc[number]
        return company["former_name"], company["domain"], stated

    def _name_in_billing(self, number: int, name: str, domain: str, stated: str | None) -> str | None:
        return name


class _DirtyLinks(_Links):
    def __init__(self, settings: Settings, world: World) -> None:
        super().__init__(settings, world)
        companies = self.companies
        names = pd.concat([companies["name"], companies["former_name"][companies["renamed_at"].notna()]])
        uses = names.value_counts()
        self.has_own_name = (
            companies["in_crm"]
            & (companies["former_name"].map(uses) == 1)
            & companies["twin_id"].isna()
            & companies["merged_id"].isna()
        ).to_numpy()
        apart = np.flatnonzero(
            companies["in_crm"] & self.has_own_domain & self.has_own_name & (companies["kind"] == "customer")
        )
        order = self.rng.permutation(apart)
        self.agencies, self.strangers = order[:AGENCIES], order[AGENCIES:]
        self.wrong: set[tuple[int, str]] = set()

    def salesforce(self, account: pd.DataFrame) -> None:
        super().salesforce(account)
        ids = account["id"].unique()
        bare = set(ids[self.rng.random(len(ids)) < NO_WEBSITE])
        account["website"] = account["website"].mask(account["id"].isin(bare))

    def stripe(self, tables: Tables, account: pd.DataFrame) -> None:
        super().stripe(tables, account)
        named = tables["customer"].loc[tables["customer"]["name"].notna(), "id"]
        victims = [i for i in named if self.has_own_name[self.records["stripe", i]]]
        stolen = self.rng.permutation(victims)[: max(len(named) // 100, 1)]
        thieves = self.rng.choice(self.strangers, len(stolen))
        taken = {
            self.companies.at[thief, "account_id"]: victim
            for thief, victim in zip(thieves, stolen, strict=True)
            if thief != self.records["stripe", victim]
        }
        account["stripe_customer_id_c"] = account["id"].map(taken).fillna(account["stripe_customer_id_c"])

    def _written(self, number: int, stated: str | None) -> tuple[str, str, str | None]:
        name, domain, stated = super()._written(number, stated)
        for_id, for_address, for_name = self.rng.random(3)
        stranger = int(self.rng.choice(self.strangers))
        agency = int(self.rng.choice(self.agencies))
        if domain != FREE_MAIL and number not in self.agencies:
            if for_address < PRIVATE:
                domain = FREE_MAIL
            elif for_address < PRIVATE + MISSPELT:
                domain = domain.replace(".example", "q.example")
            elif for_address < PRIVATE + MISSPELT + AGENCY:
                domain = self.companies.at[agency, "domain"]
        if for_name < LEGAL_FORM:
            name = f"{name}, Inc." if for_name < LEGAL_FORM / 2 else f"{name.upper()} GmbH"
        if stated and for_id < MISSING:
            stated = None
        elif stated and for_id < MISSING + MISWRITTEN:
            stated = (stated.lower(), stated.upper(), f" {stated} ")[int(for_id * 1e6) % 3]
        elif stated and for_id < MISSING + MISWRITTEN + WRONG and self.has_own_name[number] and stranger != number:
            stated = self.companies.at[stranger, "account_id"]
        return name, domain, stated

    def _name_in_billing(self, number: int, name: str, domain: str, stated: str | None) -> str | None:
        """Billing often has no name; here only where the id is right or there is none, and the address is the company's."""
        company = self.companies.loc[number]
        is_right = stated is None or stated.strip().lower() == str(company["stripe_account_id"]).lower()
        is_own = self.has_own_domain[number] and domain == company["domain"]
        return None if is_right and is_own and self.rng.random() < NAMELESS else name
