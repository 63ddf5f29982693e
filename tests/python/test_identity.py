"""Who is who: the simulator's own record of which company every record is, against core, in a clean and in a dirty world."""

from __future__ import annotations

import json

import duckdb
import pytest
from conftest import ROOT, VENDORS, WHOLE
from identity_report import IDENTITY, identity_report

SEEDS = (3, 20261122)
TRUTH = "read_parquet('{raw}/truth/identity_map.parquet')"


@pytest.fixture(scope="module")
def worlds(simulate, dbt):
    """{(links, seed): (build, raw folder)}, each built once."""
    built = {}

    def world(links: str, seed: int):
        if (links, seed) not in built:
            raw = simulate(customers=90, months=8, seed=seed, links=links)
            build = dbt(*WHOLE, *IDENTITY, raw=raw, SOURCES=VENDORS)
            assert build.code == 0, build.output[-5000:]
            built[links, seed] = build, raw
        return built[links, seed]

    return world


@pytest.mark.parametrize("seed", SEEDS)
def test_in_a_clean_world_every_record_is_its_companys(worlds, seed):
    build, raw = worlds("clean", seed)
    ours = (ROOT / "scripts" / "answers" / "identity_map.sql").read_text(encoding="utf-8")
    differing = build.warehouse(
        f"""with ours as ({ours}), truth as (select * from {TRUTH.format(raw=raw)})
        select source_system, source_customer_id, truth.anchor_id, ours.anchor_id
        from truth full outer join ours using (source_system, source_customer_id)
        where truth.anchor_system is distinct from ours.anchor_system or truth.anchor_id is distinct from ours.anchor_id"""
    )
    assert differing == []
    (systems,) = build.warehouse(f"select count(distinct source_system), count(*) from {TRUTH.format(raw=raw)}")
    assert systems[0] == 4 and systems[1] > 300


@pytest.mark.parametrize("seed", SEEDS)
def test_in_a_clean_world_every_way_to_link_is_used_and_nothing_contradicts(worlds, seed):
    build, _ = worlds("clean", seed)
    rules = {rule for (rule,) in build.warehouse("select distinct link_rule from core.brg_customer_ids")}
    assert rules >= {
        "merged", "same_id", "own_record", "unmatched", "domain", "stripe.customer.metadata.salesforce_account_id",
        "salesforce.account.stripe_customer_id_c", "zendesk.organization.external_id",
        "segment.groups.salesforce_account_id", "segment.groups.stripe_customer_id",
    }  # fmt: skip
    # The one organization whose id nobody knows.
    assert build.warehouse("select conflict, count(*) from quality.customer_link_conflicts group by 1") == [
        ("unknown_id", 1)
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_in_a_dirty_world_no_two_companies_are_one_customer(worlds, seed):
    build, raw = worlds("dirty", seed)
    report = identity_report(build.warehouse_file, raw)
    assert report.wrong == []
    assert report.missing_records == 0
    assert report.precision == 1 and report.recall > 0.8, report.lines()
    assert {name for name, _ in report.conflicts} >= {"contradicted", "ambiguous_domain"}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_dirty_world_is_dirty(worlds, seed):
    """Ids of other companies, ids in the wrong case, companies twice in the CRM, companies of one name."""
    _, raw = worlds("dirty", seed)
    company = {
        (system, source_id): anchor
        for system, source_id, _, anchor in duckdb.execute(f"select * from {TRUTH.format(raw=raw)}").fetchall()
    }
    spelled = {source_id.lower() for system, source_id in company if system == "salesforce"}
    wrong = miswritten = 0
    customers = duckdb.execute(f"select id, metadata from '{raw}/stripe/customer.parquet'").fetchall()
    organizations = duckdb.execute(f"select id, external_id from '{raw}/zendesk/organization.parquet'").fetchall()
    said = [("stripe", one, json.loads(metadata or "{}").get("salesforce_account_id")) for one, metadata in customers]
    said += [("zendesk", str(one), stated) for one, stated in organizations]
    for system, source_id, stated in said:
        anchor = company.get(("salesforce", stated))
        wrong += anchor is not None and anchor != company[system, source_id]
        miswritten += stated is not None and anchor is None and stated.strip().lower() in spelled
    assert wrong > 0 and miswritten > 0
    versions = f"select distinct id, name from '{raw}/salesforce/account.parquet' where not is_deleted"
    names = duckdb.execute(f"select name from ({versions}) group by 1 having count(*) > 1").fetchall()
    accounts = [anchor for (system, _), anchor in company.items() if system == "salesforce"]
    assert names != [] and len(accounts) > len(set(accounts))


def test_the_report_finds_a_wrong_merge(worlds, tmp_path):
    """One record is another company's in truth."""
    build, raw = worlds("clean", SEEDS[0])
    (tmp_path / "truth").mkdir()
    duckdb.execute(
        f"""copy (
            select source_system, source_customer_id, anchor_system,
                case when source_customer_id = (
                    select min(source_customer_id) from {TRUTH.format(raw=raw)} where source_system = 'stripe'
                ) then (
                    select max(anchor_id) from {TRUTH.format(raw=raw)} where anchor_system = 'salesforce'
                ) else anchor_id end as anchor_id
            from {TRUTH.format(raw=raw)}
        ) to '{tmp_path}/truth/identity_map.parquet' (format parquet)"""
    )
    report = identity_report(build.warehouse_file, tmp_path)
    assert report.wrong_merges == 1
    assert report.precision < 1
    assert identity_report(build.warehouse_file, raw).wrong_merges == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_parents_are_customers_of_their_own(worlds, seed):
    build, raw = worlds("clean", seed)
    ours = build.warehouse(
        """select c.anchor_id, p.anchor_id from core.dim_customers as c
        inner join core.dim_customers as p on c.parent_customer_id = p.customer_id order by 1"""
    )
    theirs = duckdb.execute(
        f"""select distinct id, parent_id from '{raw}/salesforce/account.parquet'
        where _fivetran_active and not is_deleted and parent_id is not null order by 1"""
    ).fetchall()
    assert ours == theirs and len(ours) >= 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_user_or_requester_is_the_contact_with_its_address(worlds, seed):
    build, raw = worlds("clean", seed)
    (counts,) = build.warehouse(
        f"""with people as (
            select id, email, count(distinct id) over (partition by email) as sharing
            from (select distinct id, email from '{raw}/salesforce/contact.parquet' where master_record_id is null)
        )
        select
            count(*) filter (where contacts.anchor_id is distinct from people.id),
            count(*)
        from '{raw}/segment/users.parquet' as users
        inner join people on users.email = people.email and people.sharing = 1
        left join core.dim_users as ours on users.id = ours.user_id
        left join core.brg_contact_ids as contacts
            on ours.contact_id = contacts.contact_id and contacts.source_contact_id = contacts.anchor_id"""
    )
    assert counts[0] == 0 and counts[1] > 100
    (requesters,) = build.warehouse(
        """select count(*) filter (where anchor_system = 'salesforce'), count(*)
        from core.brg_contact_ids where source_system = 'zendesk'"""
    )
    assert requesters[0] > 0.5 * requesters[1]


def test_no_address_of_a_person_reaches_core(worlds):
    build, _ = worlds("clean", SEEDS[0])
    columns = build.warehouse(
        "select table_name, column_name from duckdb_columns() where schema_name = 'core' and data_type = 'VARCHAR'"
    )
    leaks = [
        (table, column)
        for table, column in columns
        if build.warehouse(f"""select count(*) from core.{table} where "{column}" like '%@%'""") != [(0,)]
    ]
    assert leaks == []
    assert len(columns) > 50
