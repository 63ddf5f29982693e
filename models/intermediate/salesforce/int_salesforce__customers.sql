with accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}
    where row_status = 'accepted'

),

-- A version lasts until the next; the first one stands for the time before the history began.
versions as (

    select
        *,
        row_number() over (partition by account_id order by valid_from) as version,
        lead(valid_from) over (partition by account_id order by valid_from) as next_valid_from
    from accounts

)

select
    account_id as source_customer_id,
    name,
    segment,
    tier,
    industry,
    region,
    touch_model,
    csm_id,
    coalesce(is_internal, false) as is_internal,
    case when is_deleted then master_record_id end as merged_into_id,
    parent_id,
    created_at,
    case when version = 1 then cast('1970-01-01' as timestamp) else valid_from end as valid_from,
    next_valid_from as valid_to
from versions
