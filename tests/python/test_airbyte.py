"""The same company through Airbyte's spellings of its tables: the same numbers."""

from __future__ import annotations

from pathlib import Path

import airbyte
import duckdb
import pytest
from conftest import VENDORS, Build

MRR = """
    select customers.anchor_id, months.month_start, months.mrr_amount, months.movement
    from core.fct_customer_months as months
    inner join core.dim_customers as customers on months.customer_id = customers.customer_id
    where months.mrr_amount <> 0
"""


@pytest.fixture(scope="module")
def company(simulate):
    return simulate(customers=40, months=24, seed=4)


@pytest.fixture(scope="module")
def build(dbt):
    """Builds what MRR and tickets need of a landing folder."""

    def run(raw) -> Build:
        built = dbt(
            "build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious", "-s", "+fct_customer_months", "+fct_tickets",
            raw=raw, SOURCES=VENDORS, AS_OF="2026-07-01",
        )  # fmt: skip
        assert built.code == 0, built.output[-5000:]
        return built

    return run


@pytest.fixture(scope="module")
def fivetran(build, company) -> Build:
    return build(company)


def customers_with(fivetran: Build, company: Path, stripe_customers: str) -> set[str]:
    """The customers to whom the Stripe customers of a query over the company's tables belong."""
    with duckdb.connect() as connection:
        for table in ("subscription_history", "subscription_discount"):
            connection.execute(f"create view {table} as select * from '{company}/stripe/{table}.parquet'")
        chosen = {customer for (customer,) in connection.execute(stripe_customers).fetchall()}
    ids = fivetran.warehouse(
        "select source_customer_id, anchor_id from core.brg_customer_ids where source_system = 'stripe'"
    )
    return {anchor for customer, anchor in ids if customer in chosen}


def test_streams_that_append_give_the_same_mrr(build, company, fivetran, tmp_path):
    """But for customers with two discounts at once, of which a row names one."""
    stacked = customers_with(fivetran, company, """
        select one.customer_id
        from subscription_discount as one
        inner join subscription_discount as other
            on one.subscription_id = other.subscription_id and one.id < other.id
            and coalesce(one."end", timestamp '9999-12-31') > other.start
            and coalesce(other."end", timestamp '9999-12-31') > one.start
    """)  # fmt: skip
    airbyte.rewrite(company, tmp_path / "raw", "stripe", airbyte.STRIPE)
    found, expected = set(build(tmp_path / "raw").warehouse(MRR)), set(fivetran.warehouse(MRR))
    assert {customer for customer, *_ in found ^ expected} <= stacked
    assert len([row for row in expected if row[0] not in stacked]) > 300


def test_present_state_alone_loses_only_what_it_does_not_hold(build, company, fivetran, tmp_path):
    """One row per subscription: a pause or an unpaid spell that is over, and a discount that ran out or stands beside another, are gone."""
    forgotten = customers_with(fivetran, company, """
        select customer_id from subscription_history
        where not _fivetran_active and (status = 'unpaid' or pause_collection_behavior is not null)
        union
        select customer_id from subscription_discount where "end" is not null
    """)  # fmt: skip
    present = airbyte.PRESENT_STATE.format(airbyte.STRIPE["subscriptions"])
    airbyte.rewrite(company, tmp_path / "raw", "stripe", airbyte.STRIPE | {"subscriptions": present})
    found, expected = set(build(tmp_path / "raw").warehouse(MRR)), set(fivetran.warehouse(MRR))
    assert {customer for customer, *_ in found ^ expected} <= forgotten
    assert len([row for row in expected if row[0] not in forgotten]) > 200


def test_audits_give_the_same_tickets_and_clocks(build, company, fivetran, tmp_path):
    """But for the category: an audit names a field of the company's own by number."""
    airbyte.rewrite(company, tmp_path / "raw", "zendesk", airbyte.ZENDESK)
    built = build(tmp_path / "raw")
    tickets = "select * exclude (category) from core.fct_tickets order by ticket_id"
    assert len(fivetran.warehouse(tickets)) > 300
    assert built.warehouse(tickets) == fivetran.warehouse(tickets)
    hours = "select * from core.dim_business_intervals order by all"
    assert built.warehouse(hours) == fivetran.warehouse(hours)
