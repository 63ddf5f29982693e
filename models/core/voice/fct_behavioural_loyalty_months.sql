with customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

months as (

    select * from {{ ref('dim_months') }}

),

-- A renewal counts once it has begun and its contract has fallen due; who came back bought again.
purchases as (

    select
        customer_id,
        greatest(month_start, {{ month_of(reporting_date('renewed_at')) }}) as month_start
    from {{ ref('fct_contract_renewals') }}
    where is_renewed

    union all

    select
        customer_id,
        month_start
    from customer_months
    where movement = 'reactivation'

),

repurchases as (

    select
        customer_id,
        min(month_start) as first_month_start
    from purchases
    group by customer_id

),

uses as (

    select
        customer_months.customer_id,
        customer_months.month_start,
        count(usage_months.active_users) as known_months,
        min(usage_months.active_users) as fewest_users
    from customer_months
    inner join {{ ref('fct_customer_usage_months') }} as usage_months
        on
            customer_months.customer_id = usage_months.customer_id
            and usage_months.month_start <= customer_months.month_start
            and usage_months.month_start >= {{ add_months('customer_months.month_start', -2) }}
    group by customer_months.customer_id, customer_months.month_start

)

select
    customer_months.customer_id,
    customer_months.month_start,
    coalesce(repurchases.first_month_start <= customer_months.month_start, false)
    or customer_months.first_paid_on <= {{ add_months('months.next_month_start', -12) }}
        as has_stayed,
    case when uses.known_months = 3 then uses.fewest_users > 0 end as is_using
from customer_months
inner join months on customer_months.month_start = months.month_start
left join repurchases on customer_months.customer_id = repurchases.customer_id
left join uses
    on
        customer_months.customer_id = uses.customer_id
        and customer_months.month_start = uses.month_start
where customer_months.is_active
