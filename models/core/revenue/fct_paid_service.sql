with items as (

    select
        *,
        lag(status) over (partition by source_system, item_id order by valid_from)
            as previous_status,
        lead(status) over (partition by source_system, item_id order by valid_from) as next_status
    from {{ ref('union_subscription_items') }}

),

-- Licensed service that counts as recurring revenue while it runs (R5 and the policy variables).
paid as (

    select
        {{ surrogate_key(['items.source_system', 'items.item_id', 'items.valid_from']) }}
            as period_id,
        ids.customer_id,
        items.source_system,
        items.item_id,
        items.contract_id,
        items.plan_id,
        items.product_id,
        items.status,
        items.is_price_uplift,
        items.currency,
        cast(items.quantity * items.unit_price as decimal(28, 6)) as list_amount,
        items.quantity,
        {{ months_in_period('items.billing_interval', 'items.interval_count') }}
            as months_in_period,
        items.valid_from as starts_at,
        items.valid_to as ends_at,
        items.cancel_requested_at,
        items.next_status,
        coalesce(items.previous_status = 'paused', false) as is_resumed,
        false as is_usage
    from items
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            items.source_system = ids.source_system
            and coalesce(items.source_customer_id, '(none)') = ids.source_customer_id
    where
        not items.is_metered
        and items.quantity * items.unit_price > 0
        and items.status in ({{ "'" ~ counted_statuses() | join("', '") ~ "'" }})
        and (items.valid_to is null or items.valid_to > items.valid_from)

    union all

    -- R14 include_usage: what was invoiced for a month's use runs to that month's end, no longer.
    select
        {{ surrogate_key([
            'invoiced.source_system', 'invoiced.invoice_line_id', 'months.month_start'
        ]) }} as period_id,
        invoiced.customer_id,
        invoiced.source_system,
        coalesce(invoiced.item_id, invoiced.invoice_line_id) as item_id,
        cast(null as {{ dbt.type_string() }}) as contract_id,
        invoiced.plan_id,
        invoiced.product_id,
        'active' as status,
        false as is_price_uplift,
        invoiced.currency,
        invoiced.amount as list_amount,
        cast(1 as decimal(28, 6)) as quantity,
        1 as months_in_period,
        months.starts_at,
        months.ends_at,
        cast(null as timestamp) as cancel_requested_at,
        cast(null as {{ dbt.type_string() }}) as next_status,
        false as is_resumed,
        true as is_usage
    from {{ ref('fct_invoiced_months') }} as invoiced
    inner join {{ ref('dim_months') }} as months on invoiced.month_start = months.month_start
    where
        invoiced.kind = 'usage'
        and invoiced.amount > 0
        and {{ '1 = 1' if policy('include_usage') == 'true' else '1 = 0' }}

),

paused as (

    select distinct
        source_system,
        item_id,
        {{ reporting_date('valid_from') }} as paused_on
    from items
    where status = 'paused'

)

select
    paid.period_id,
    paid.customer_id,
    paid.source_system,
    paid.item_id,
    paid.contract_id,
    paid.plan_id,
    paid.product_id,
    paid.status,
    paid.is_price_uplift,
    paid.currency,
    paid.list_amount,
    paid.quantity,
    paid.months_in_period,
    paid.starts_at,
    paid.ends_at,
    paid.cancel_requested_at,
    paid.is_usage,
    paused.paused_on is not null as is_pause,
    -- An unpaid bill is closed at once, or stands as unpaid for a while first.
    paused.paused_on is null and (
        coalesce(paid.next_status = 'unpaid', false)
        or (paid.status = 'past_due' and coalesce(paid.next_status, 'cancelled') = 'cancelled')
    ) as is_non_payment,
    paid.is_resumed
from paid
left join paused
    on
        paid.source_system = paused.source_system
        and paid.item_id = paused.item_id
        and {{ reporting_date('paid.ends_at') }} = paused.paused_on
