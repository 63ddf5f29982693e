with touchpoints as (

    select * from {{ ref('int_salesforce__touchpoints') }}

),

people as (

    select
        task_id as touchpoint_id,
        who_id as contact_id
    from {{ ref('stg_salesforce__tasks') }}
    where row_status = 'accepted'
    union
    select
        event_id as touchpoint_id,
        who_id as contact_id
    from {{ ref('stg_salesforce__events') }}
    where row_status = 'accepted'
    union
    select
        event_id as touchpoint_id,
        relation_id as contact_id
    from {{ ref('stg_salesforce__event_relations') }}
    where
        row_status = 'accepted'
        and not coalesce(is_what, false)
        and coalesce(lower(response_status), '') <> 'declined'

)

-- Ids of contacts begin with 003; leads and our own people have other prefixes.
select
    people.touchpoint_id,
    people.contact_id
from people
inner join touchpoints on people.touchpoint_id = touchpoints.touchpoint_id
where people.contact_id like '003%'
