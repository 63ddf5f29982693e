"""Defects of billing's tables."""

from __future__ import annotations

from .landing import Landing, listed, one_in
from .registry import fault

BUDGET = ("staging_counts.rejects_stay_within_budget", "quality.staging_counts")
JUNE = "timestamp '{:%Y-%m-%d}' - interval 1 month"


def newest_month(raw: Landing) -> str:
    """The first instant of the month before the landing's end, as SQL."""
    return JUNE.format(raw.end)


@fault("stripe/invoice", "held", "build.as_of_is_not_in_the_future", "quality.build")
def an_invoice_of_the_future(raw: Landing) -> list[str]:
    """One invoice is dated in the year 2999, so that a thousand years would seem to be over."""
    raw.replace("stripe/invoice", f"id in {listed(raw.some('stripe/invoice', 1))}", created="timestamp '2999-01-01'")
    return ["2999-01-02"]


@fault("stripe/invoice_line_item", "held", *BUDGET)
def lines_without_a_currency(raw: Landing) -> list[str]:
    """Every twentieth invoice line has lost its currency."""
    raw.replace("stripe/invoice_line_item", one_in(20), currency="null")
    return ["stg_stripe__invoice_lines", "currency is missing"]


@fault(
    "stripe/invoice_line_item",
    "held",
    "stg_stripe__invoices.lines_add_up_to_their_invoice",
    "staging.stg_stripe__invoices",
)
def lines_in_another_unit_than_invoices(raw: Landing) -> list[str]:
    """Since the newest month the lines of invoices are in dollars, and the invoices in cents as before."""
    since = f"period_start >= {newest_month(raw)}"
    invoices = raw.values(
        "stripe/invoice_line_item", f"select distinct invoice_id from t where {since} and amount >= 100"
    )
    raw.replace("stripe/invoice_line_item", since, amount="amount // 100")
    return sorted(invoices)


@fault(
    "stripe/invoice_line_item",
    "held",
    "fct_mrr_reconciliation.mrr_differs_from_invoices_by_known_causes_only",
    "core.fct_mrr_reconciliation",
    also=("stripe/invoice",),
)
def cents_for_dollars(raw: Landing) -> list[str]:
    """Since the newest month billing exports a hundredth of every amount, invoices and lines alike."""
    since = newest_month(raw)
    invoices = listed(raw.values("stripe/invoice", f"select id from t where created >= {since}"))
    raw.replace("stripe/invoice_line_item", f"invoice_id in {invoices}", amount="round(amount / 100)::bigint")
    raw.replace(
        "stripe/invoice",
        f"id in {invoices}",
        **{name: f"round({name} / 100)::bigint" for name in ("subtotal", "tax", "total")},
    )
    return [f"{raw.end.year}-{raw.end.month - 1:02d}-01"]


@fault(
    "stripe/invoice_line_item",
    "held",
    "stg_stripe__invoice_lines.lines_have_the_currency_of_their_invoice",
    "staging.stg_stripe__invoice_lines",
)
def lines_in_another_currency(raw: Landing) -> None:
    """Eight invoice lines say yen where their invoices say something else."""
    lines = listed(raw.some("stripe/invoice_line_item", 8, "currency <> 'jpy'"))
    raw.replace("stripe/invoice_line_item", f"id in {lines}", currency="'jpy'")


@fault("stripe/invoice_line_item", "held", "dim_exchange_rates", also=("stripe/invoice",))
def a_currency_without_a_rate(raw: Landing) -> list[str]:
    """A customer is billed in Swiss francs, of which nobody landed a rate."""
    (customer,) = raw.some("stripe/invoice", 1, f"created >= {newest_month(raw)} and subtotal > 0", "customer_id")
    invoices = listed(raw.values("stripe/invoice", f"select id from t where customer_id = '{customer}'"))
    raw.replace("stripe/invoice_line_item", f"invoice_id in {invoices}", currency="'chf'")
    raw.replace("stripe/invoice", f"id in {invoices}", currency="'chf'")
    return ["CHF"]


@fault("stripe/invoice_line_item", "held", "raw_changes.nothing_is_lost", "quality.raw_changes")
def lines_are_cut(raw: Landing) -> list[str]:
    """The export of invoice lines ended after two thirds of its rows."""
    raw.remove("stripe/invoice_line_item", one_in(3))
    return ["invoice_line_item", "shrunk"]


@fault(
    "stripe/subscription_history",
    "held",
    "stg_stripe__subscription_versions.subscriptions_keep_their_customer",
    "staging.stg_stripe__subscription_versions",
)
def subscription_ids_are_used_twice(raw: Landing) -> list[str]:
    """Of two customers' subscriptions the second has got the id of the first."""
    first, second = raw.values(
        "stripe/subscription_history", "select min(id) from t group by customer_id order by md5(customer_id) limit 2"
    )
    raw.replace("stripe/subscription_history", f"id = '{second}'", id=f"'{first}'")
    return [first]


@fault("stripe/customer", "held", "raw_orphans.rows_name_parents_that_were_landed", "quality.raw_orphans")
def customers_are_deleted(raw: Landing) -> list[str]:
    """Six customers were deleted in billing, and their invoices were not."""
    raw.remove("stripe/customer", f"id in {listed(raw.some('stripe/customer', 6))}")
    return ["customer_id", "invoice", "customer"]


@fault(
    "stripe/price",
    "held",
    "stg_stripe__invoice_lines.subscription_lines_name_a_price_that_was_landed",
    "staging.stg_stripe__invoice_lines",
)
def prices_are_deleted(raw: Landing) -> list[str]:
    """The two prices that most lines name are gone."""
    prices = raw.values(
        "stripe/invoice_line_item",
        "select price_id from t where type = 'subscription' group by 1 order by count(*) desc, 1 limit 2",
    )
    raw.remove("stripe/price", f"id in {listed(prices)}")
    return prices


@fault(
    "stripe/coupon",
    "held",
    "stg_stripe__subscription_discounts.discounts_name_a_coupon_that_was_landed",
    "staging.stg_stripe__subscription_discounts",
)
def a_coupon_is_deleted(raw: Landing) -> list[str]:
    """The coupon that most discounts name is gone."""
    (coupon,) = raw.values(
        "stripe/subscription_discount", "select coupon_id from t group by 1 order by count(*) desc, 1 limit 1"
    )
    raw.remove("stripe/coupon", f"id = '{coupon}'")
    return raw.values("stripe/subscription_discount", f"select id from t where coupon_id = '{coupon}'")


@fault(
    "stripe/invoice",
    "held",
    "raw_twins.things_are_landed_under_one_id",
    "quality.raw_twins",
    also=("stripe/invoice_line_item",),
)
def invoices_under_new_ids(raw: Landing) -> list[str]:
    """A new connector landed the newest month's invoices and lines again, under ids of its own."""
    since = newest_month(raw)
    invoices = listed(raw.values("stripe/invoice", f"select id from t where created >= {since}"))
    raw.add("stripe/invoice", f"select * replace ('again_' || id as id) from t where id in {invoices}")
    raw.add(
        "stripe/invoice_line_item",
        f"select * replace ('again_' || id as id, 'again_' || invoice_id as invoice_id) from t where invoice_id in {invoices}",
    )
    return ["invoice", "again_"]


@fault("stripe/subscription_history", "held", *BUDGET)
def statuses_in_another_language(raw: Landing) -> list[str]:
    """The state of every subscription was translated: aktiv."""
    raw.replace("stripe/subscription_history", "status = 'active'", status="'aktiv'")
    return ["stg_stripe__subscription_versions", "status is unknown"]


@fault(
    "stripe/subscription_history",
    "held",
    "fct_mrr_reconciliation.mrr_differs_from_invoices_by_known_causes_only",
    "core.fct_mrr_reconciliation",
)
def every_subscription_is_cancelled(raw: Landing) -> list[str]:
    """A test of the cancellation flow ran in production: half of all that is active ended in the middle of the newest month, and is billed on."""
    middle = f"{newest_month(raw)} + interval 14 day"
    ended = raw.values(
        "stripe/subscription_history", f"select id from t where _fivetran_active and status = 'active' and {one_in(2)}"
    )
    raw.replace(
        "stripe/subscription_history",
        f"id in {listed(ended)} and _fivetran_active",
        status="'canceled'", ended_at=middle, canceled_at=middle,
    )  # fmt: skip
    return [f"{raw.end.year}-{raw.end.month - 1:02d}-01"]


@fault(
    "stripe/invoice_line_item",
    "held",
    "kpi_movements.values_do_not_jump",
    "quality.kpi_movements",
    also=("stripe/invoice",),
    gap="MRR is read from what is subscribed, and the line agrees with its invoice: only what rests on invoiced amounts is off, lifetime value and return",
)
def a_quantity_with_three_zeros_more(raw: Landing) -> list[str]:
    """In the newest month a customer is billed for a thousand times the seats that it has, on the line and on the invoice."""
    (invoice,) = raw.some(
        "stripe/invoice_line_item",
        1,
        f"type = 'subscription' and not proration and amount > 0 and period_start >= {newest_month(raw)}",
        "invoice_id",
    )
    more = raw.values("stripe/invoice_line_item", f"select sum(amount) * 999 from t where invoice_id = '{invoice}'")[0]
    raw.replace(
        "stripe/invoice_line_item", f"invoice_id = '{invoice}'", quantity="quantity * 1000", amount="amount * 1000"
    )
    raw.replace("stripe/invoice", f"id = '{invoice}'", subtotal=f"subtotal + {more}", total=f"total + {more}")
    return ["mrr_movements", f"{raw.end.year}-{raw.end.month - 1:02d}-01"]


@fault("stripe/charge", "held", "raw_freshness.tables_are_not_stale", "quality.raw_freshness")
def charges_stop(raw: Landing) -> list[str]:
    """Nobody loaded charges in the last 40 days, while invoices went on."""
    raw.remove("stripe/charge", f"created >= timestamp '{raw.end}' - interval 40 day")
    return ["stripe", "charge"]


@fault("stripe/subscription_history", "harmless")
def versions_are_delivered_again(raw: Landing) -> None:
    """The loader delivered the whole history of subscriptions a second time."""
    raw.add("stripe/subscription_history", "select * from t")


@fault("stripe/invoice_line_item", "harmless")
def an_older_version_is_delivered_late(raw: Landing) -> None:
    """Of every tenth line an older version with another description came after the newer one."""
    raw.add(
        "stripe/invoice_line_item",
        "select * replace ('an older text' as description, _fivetran_synced - interval 30 day as _fivetran_synced) from t "
        f"where {one_in(10)}",
    )


@fault("stripe/price", "harmless")
def columns_nobody_knows(raw: Landing) -> None:
    """The connector was updated and lands two columns more, the rest in another order."""
    raw.rewrite("stripe/price", "select 'x' as tiers_mode, * , current_date as lookup_key from t order by md5(id)")


@fault("stripe/price", "held", "raw_counts.required_tables_are_not_empty", "quality.raw_counts")
def a_required_table_is_empty(raw: Landing) -> list[str]:
    """Prices were landed with their columns and without a row."""
    raw.remove("stripe/price", "true")
    return ["price"]


@fault("stripe/invoice", "landing", "raw_files_are_readable")
def a_file_is_cut(raw: Landing) -> list[str]:
    """The transfer of the invoices broke off: the Parquet file has no end."""
    path = raw.file("stripe/invoice")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return ["stripe.invoice", str(path), "cut short"]


@fault("stripe/customer", "landing", "raw_files_are_readable")
def a_required_file_is_missing(raw: Landing) -> list[str]:
    """Billing's customers were not landed."""
    raw.file("stripe/customer").unlink()
    return ["stripe.customer", "no file"]


@fault("stripe/coupon", "landing", "raw_files_are_readable")
def a_table_lies_in_two_formats(raw: Landing) -> list[str]:
    """Somebody exported coupons as CSV beside the loader's Parquet."""
    path = raw.file("stripe/coupon")
    raw.rows("stripe/coupon").to_csv(path.with_suffix(".csv"), index=False)
    return ["stripe.coupon", "two different places"]
