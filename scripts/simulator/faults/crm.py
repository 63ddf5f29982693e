"""Defects of the CRM's tables."""

from __future__ import annotations

from .landing import Landing, listed, one_in
from .registry import fault


@fault("salesforce/account", "held", "segment_changes.segments_keep_their_names", "quality.segment_changes")
def columns_are_swapped(raw: Landing) -> list[str]:
    """Two fields changed places in the export: segments are regions, and regions segments."""
    raw.replace("salesforce/account", segment_c="region_c", region_c="segment_c")
    return ["segment", "region"]


@fault("salesforce/account", "held", "raw_changes.nothing_is_lost", "quality.raw_changes")
def a_column_vanishes(raw: Landing) -> list[str]:
    """The field Segment was deleted in the CRM, and the loader dropped its column."""
    raw.rewrite("salesforce/account", "select * exclude (segment_c) from t")
    return ["account", "segment_c", "emptied"]


@fault("salesforce/account", "held", "dim_customers.internal_customers_stay_few", "core.dim_customers")
def half_the_customers_are_internal(raw: Landing) -> list[str]:
    """A script marked every second account as one of the company's own."""
    raw.replace("salesforce/account", one_in(2), is_internal_c="true")
    return ["internal_customers"]


@fault("salesforce/account", "held", "brg_customer_ids.few_records_are_one_customer", "core.brg_customer_ids")
def accounts_are_merged_into_one(raw: Landing) -> list[str]:
    """A clean-up of duplicates merged twenty accounts into one of them."""
    accounts = raw.some("salesforce/account", 21, "_fivetran_active and master_record_id is null")
    survivor, merged = accounts[0], listed(accounts[1:])
    raw.replace("salesforce/account", f"id in {merged}", master_record_id=f"'{survivor}'", is_deleted="true")
    return ["salesforce", survivor]


@fault("stripe/customer", "held", "brg_customer_links.few_stored_ids_are_contradicted", "core.brg_customer_links")
def stored_ids_slip_by_a_row(raw: Landing) -> list[str]:
    """A spreadsheet was sorted without one of its columns: every billing customer stores the account of the one below."""
    raw.rewrite(
        "stripe/customer",
        "select * replace (coalesce(lead(metadata) over (order by id), first_value(metadata) over (order by id)) as metadata) from t",
    )
    return ["contradicted_ids"]


@fault("salesforce/account", "held", "raw_orphans.rows_name_parents_that_were_landed", "quality.raw_orphans")
def accounts_are_deleted(raw: Landing) -> list[str]:
    """Eight accounts were erased in the CRM, and their contacts and deals were not."""
    raw.remove("salesforce/account", f"id in {listed(raw.some('salesforce/account', 8, column='id'))}")
    return ["contact", "account_id"]


@fault("salesforce/opportunity", "held", "fct_opportunities.won_amounts_have_a_rate", "core.fct_opportunities")
def deals_in_a_currency_without_a_rate(raw: Landing) -> list[str]:
    """Seven deals that were won, and agreed no contract, are in Swedish kronor, of which nobody landed a rate."""
    won = "is_won and amount is not null and contract_start_c is null and not is_deleted"
    deals = raw.some("salesforce/opportunity", 7, won)
    raw.replace("salesforce/opportunity", f"id in {listed(deals)}", currency_iso_code="'SEK'")
    return deals


@fault("salesforce/contact", "held", "raw_orphans.rows_name_parents_that_were_landed", "quality.raw_orphans")
def contacts_have_short_ids(raw: Landing) -> list[str]:
    """A report wrote the CRM's ids of 15 characters where every other table has those of 18."""
    raw.replace("salesforce/contact", account_id="substr(account_id, 1, 15)")
    return ["contact", "account_id"]


@fault("salesforce/task", "harmless")
def tasks_are_delivered_twice(raw: Landing) -> None:
    """Half of the tasks were delivered a second time."""
    raw.add("salesforce/task", f"select * from t where {one_in(2)}")


@fault("salesforce/event", "held", "raw_twins.things_are_landed_under_one_id", "quality.raw_twins")
def meetings_under_new_ids(raw: Landing) -> list[str]:
    """The calendar was connected a second time and wrote the meetings of the last month again."""
    raw.add(
        "salesforce/event",
        f"select * replace ('again_' || id as id) from t where created_date >= timestamp '{raw.end}' - interval 30 day",
    )
    return ["event", "again_"]
