with subscriptions as (

    select * from {{ ref('stg_ravenstack__subscriptions') }}
    where row_status = 'accepted'

)

-- A RavenStack subscription states its whole MRR, whatever its billing frequency: it is one
-- licensed item at that monthly price. Its end date is the first day without service.
select
    subscription_id as item_id,
    account_id as source_customer_id,
    cast(null as {{ dbt.type_string() }}) as contract_id,
    plan_tier as plan_id,
    plan_tier as product_id,
    case when is_trial then 'trialing' else 'active' end as status,
    'month' as billing_interval,
    1 as interval_count,
    cast(1 as decimal(28, 6)) as quantity,
    mrr_amount as unit_price,
    'USD' as currency,
    false as is_metered,
    false as is_price_uplift,
    cast(null as timestamp) as cancel_requested_at,
    cast(starts_on as timestamp) as valid_from,
    cast(ends_on as timestamp) as valid_to
from subscriptions
