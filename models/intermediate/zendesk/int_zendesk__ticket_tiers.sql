with history as (

    select * from {{ ref('stg_zendesk__ticket_field_history') }}
    where row_status = 'accepted'

),

groups as (

    select * from {{ ref('stg_zendesk__groups') }}
    where row_status in ('accepted', 'deleted')

),

tiers as (

    select * from {{ ref('support_groups') }}
    where source_system = 'zendesk'

)

select
    history.ticket_id,
    history.user_id,
    history.changed_at as arrived_at,
    tiers.tier,
    lag(tiers.tier) over (
        partition by history.ticket_id order by history.changed_at
    ) as previous_tier
from history
inner join groups on history.field_value = groups.group_id
inner join tiers on groups.name = tiers.group_name
where history.field_name = 'group_id'
