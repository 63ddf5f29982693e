select
    month_start,
    segment,
    cast(sum(new_logo_amount) as decimal(28, 6)) as new_logo_amount,
    cast(sum(amount) as decimal(28, 6)) as sales_and_marketing_amount
from {{ ref('fct_costs') }}
where cost_function in ('sales', 'marketing')
group by month_start, segment
