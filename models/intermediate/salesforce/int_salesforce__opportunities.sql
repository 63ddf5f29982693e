with versions as (

    select
        *,
        lower(opportunity_type) as type_name,
        lower(lead_source) as source_name,
        row_number() over (partition by opportunity_id order by valid_from desc) as recency
    from {{ ref('stg_salesforce__opportunities') }}
    where row_status = 'accepted'

),

opportunities as (

    select * from versions
    where recency = 1 and not coalesce(is_deleted, false)

)

select
    opportunity_id,
    account_id as source_customer_id,
    case
        when type_name like '%renewal%' then 'renewal'
        when type_name like 'new%' then 'new_business'
        when type_name like '%downgrade%' or type_name like '%replacement%' then 'other'
        when
            type_name like '%expansion%' or type_name like '%up_sell%'
            or type_name like '%upsell%' or type_name like '%cross%sell%'
            or type_name like '%add%on%' or type_name like 'existing%'
            then 'expansion'
        else 'other'
    end as opportunity_type,
    case
        when source_name like '%partner%' then 'partner'
        when source_name like '%advis%' or source_name like '%consultant%' then 'advisor'
        when source_name like '%employee%' then 'other'
        when referring_account_id is not null or source_name like '%customer%' then 'customer'
        when
            source_name like '%event%' or source_name like '%trade show%'
            or source_name like '%conference%' or source_name like '%webinar%'
            then 'event'
        when
            source_name like '%cold%' or source_name like '%outbound%'
            or source_name like '%purchased%'
            then 'outbound'
        when
            source_name like '%web%' or source_name like '%inbound%'
            or source_name like '%inquiry%'
            then 'inbound'
        when source_name is not null then 'other'
    end as source_type,
    cast(null as {{ dbt.type_string() }}) as referral_id,
    referring_account_id as referrer_source_customer_id,
    stage_name as stage,
    case
        when is_won then 'won'
        when is_closed and lower(stage_name) like '%no decision%' then 'no_decision'
        when is_closed then 'lost'
    end as outcome,
    amount,
    upper(currency) as currency,
    created_at,
    case when is_closed then {{ utc_start_of('closes_on') }} end as closed_at
from opportunities
