with campaigns as (

    select * from {{ ref('stg_salesforce__campaigns') }}
    where row_status = 'accepted' and lower(campaign_type) like '%webinar%'

),

members as (

    select * from {{ ref('stg_salesforce__campaign_members') }}
    where row_status = 'accepted' and contact_id is not null

)

select
    members.campaign_member_id as content_event_id,
    cast(null as {{ dbt.type_string() }}) as user_id,
    members.contact_id,
    cast(null as {{ dbt.type_string() }}) as source_customer_id,
    members.campaign_id as content_id,
    'webinar' as kind,
    cast(null as decimal(9, 6)) as progress,
    cast(null as decimal(18, 3)) as dwell_seconds,
    -- Salesforce keeps the day of the webinar, and when a member first answered, not when it came.
    coalesce(
        {{ utc_start_of('coalesce(campaigns.starts_on, members.responded_on)') }},
        members.created_at
    ) as occurred_at
from members
inner join campaigns on members.campaign_id = campaigns.campaign_id
where lower(members.status) like 'attended%'
