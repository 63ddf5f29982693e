select
    lines.customer_id,
    lines.month_start,
    lines.kind,
    cast(sum(lines.amount * rates.rate) as decimal(38, 12)) as amount
from {{ ref('fct_invoiced_months') }} as lines
inner join {{ ref('dim_exchange_rates') }} as rates
    on lines.currency = rates.currency and lines.month_start = rates.month_start
group by lines.customer_id, lines.month_start, lines.kind
