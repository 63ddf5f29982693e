with lines as (

    select * from {{ ref('stg_stripe__invoice_lines') }}
    where row_status = 'accepted'

),

invoices as (

    select * from {{ ref('stg_stripe__invoices') }}
    where row_status = 'accepted'

),

-- What an item was charged for its service periods, and the prorations of changes within them.
item_lines as (

    select
        lines.*,
        coalesce(lines.is_proration, false) and lines.amount_minor < 0 as is_credit
    from lines
    inner join invoices on lines.invoice_id = invoices.invoice_id
    where
        lines.subscription_item_id is not null
        and (lines.line_type = 'subscription' or coalesce(lines.is_proration, false))
        and replace(lines.invoice_line_id, 'sub_', '') = lines.invoice_line_id
        and not coalesce(invoices.is_deleted, false)
        and invoices.status not in ('void', 'draft')

),

-- A change credits the old state's unused time and charges the new one from the same instant.
followed as (

    select
        *,
        lead(period_start) over (
            partition by subscription_item_id
            order by period_start, case when is_credit then 0 else 1 end, invoice_line_id
        ) as next_line_start
    from item_lines

)

select
    subscription_id,
    subscription_item_id as item_id,
    price_id,
    quantity,
    period_start as valid_from,
    case when next_line_start < period_end then next_line_start else period_end end as valid_to,
    next_line_start
from followed
where
    not is_credit
    and period_end > period_start
    and (next_line_start is null or next_line_start > period_start)
