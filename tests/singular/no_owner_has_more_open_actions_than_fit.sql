with loads as (

    select
        owner_role,
        owner_id,
        count(*) as open_actions
    from {{ ref('playbook_actions') }}
    where state = 'open' and coverage <> 'digital_led'
    group by owner_role, owner_id

)

select
    loads.owner_role,
    loads.owner_id,
    loads.open_actions
from loads
left join {{ ref('playbook_capacity') }} as own
    on loads.owner_role = own.owner_role and loads.owner_id = own.owner_id
left join {{ ref('playbook_capacity') }} as anyone
    on loads.owner_role = anyone.owner_role and anyone.owner_id = '(any)'
where loads.open_actions > coalesce(own.open_actions, anyone.open_actions)
