with users as (

    select * from {{ ref('stg_salesforce__users') }}
    where row_status = 'accepted'

),

roles as (

    select * from {{ ref('stg_salesforce__user_roles') }}
    where row_status = 'accepted'

)

select
    users.user_id as owner_id,
    users.name,
    users.title,
    roles.name as role,
    users.manager_id,
    coalesce(users.is_active, true) as is_active
from users
left join roles on users.user_role_id = roles.user_role_id
