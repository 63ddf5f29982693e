select
    customer_months.customer_id,
    customer_months.month_start,
    count(case when deals.created_at < months.ends_at then 1 end) as open_deals,
    count(
        case
            when
                deals.outcome = 'won'
                and deals.closed_at < {{ dbt.dateadd('day', 90, 'months.ends_at') }}
                then 1
        end
    ) as won_deals
from {{ ref('fct_customer_months') }} as customer_months
inner join {{ ref('dim_months') }} as months on customer_months.month_start = months.month_start
inner join {{ ref('fct_opportunities') }} as deals
    on
        customer_months.customer_id = deals.customer_id
        and (deals.closed_at is null or deals.closed_at >= months.ends_at)
where deals.opportunity_type = 'expansion'
group by customer_months.customer_id, customer_months.month_start
