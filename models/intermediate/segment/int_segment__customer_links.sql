with group_calls as (

    select * from {{ ref('stg_segment__groups') }}
    where row_status = 'accepted' and salesforce_account_id is not null

),

-- A call carries only the traits that it was made with: the link is the last that any call named.
ranked as (

    select
        *,
        row_number() over (
            partition by group_id order by called_at desc, group_call_id desc
        ) as recency
    from group_calls

)

select
    group_id as source_customer_id,
    'salesforce' as linked_system,
    salesforce_account_id as linked_customer_id,
    'segment.groups.salesforce_account_id' as link_rule,
    1 as confidence
from ranked
where recency = 1
