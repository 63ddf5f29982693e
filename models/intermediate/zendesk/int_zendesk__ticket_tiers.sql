with history as (

    select * from {{ ref('int_zendesk__ticket_field_changes') }}

),

groups as (

    select * from {{ ref('stg_zendesk__groups') }}
    where row_status in ('accepted', 'deleted')

),

ranks as (

    select * from {{ ref('support_groups') }}
    where source_system = 'zendesk'

),

arrivals as (

    select
        history.ticket_id,
        history.user_id,
        history.changed_at as arrived_at,
        ranks.tier,
        ranks.escalation_kind,
        row_number() over (
            partition by history.ticket_id order by history.changed_at
        ) > 1 as is_move
    from history
    inner join groups on history.field_value = groups.group_id
    left join ranks on groups.name = ranks.group_name
    where history.field_name = 'group_id'

)

-- Groups outside the tiers are passed over when tiers are compared.
select
    *,
    lag(tier) over (
        partition by ticket_id, case when tier is null then 1 else 0 end order by arrived_at
    ) as previous_tier
from arrivals
where tier is not null or escalation_kind is not null
