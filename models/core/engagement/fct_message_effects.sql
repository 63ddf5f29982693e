with months as (

    select * from {{ ref('dim_months') }}
    where {{ add_days('next_month_start', 14) }} <= as_of

),

messages as (

    select
        customer_id,
        contact_id,
        target_feature_id as feature_id,
        {{ month_of(reporting_date('sent_at')) }} as month_start,
        {{ reporting_date('coalesce(delivered_at, sent_at)') }} as delivered_on
    from {{ ref('fct_messages') }}
    where target_feature_id is not null and not is_bounced

),

people as (

    select
        customer_id,
        source_system,
        user_id,
        contact_id,
        {{ reporting_date('created_at') }} as created_on
    from {{ ref('dim_users') }}
    where user_id = person_id and not is_internal and not is_bot

),

uses as (

    select * from {{ ref('fct_feature_days') }}

),

-- Who got nothing is watched from the day on which the first of the month's messages arrived.
campaigns as (

    select
        months.month_start,
        messages.feature_id,
        min(messages.delivered_on) as first_on
    from messages
    inner join months on messages.month_start = months.month_start
    group by months.month_start, messages.feature_id

),

watched as (

    select
        campaigns.month_start,
        campaigns.feature_id,
        people.customer_id,
        people.source_system,
        people.user_id,
        min(messages.delivered_on) as delivered_on,
        coalesce(min(messages.delivered_on), min(campaigns.first_on)) as watched_from
    from campaigns
    inner join {{ ref('fct_customer_months') }} as customers
        on campaigns.month_start = customers.month_start
    inner join people
        on
            customers.customer_id = people.customer_id
            and (people.created_on is null or people.created_on <= campaigns.first_on)
    left join messages
        on
            campaigns.month_start = messages.month_start
            and campaigns.feature_id = messages.feature_id
            and people.customer_id = messages.customer_id
            and people.contact_id = messages.contact_id
    group by
        campaigns.month_start,
        campaigns.feature_id,
        people.customer_id,
        people.source_system,
        people.user_id

),

effects as (

    select
        watched.month_start,
        watched.feature_id,
        watched.customer_id,
        watched.user_id,
        watched.delivered_on is not null as is_recipient,
        count(uses.event_date) > 0 as has_used
    from watched
    left join uses
        on
            watched.customer_id = uses.customer_id
            and watched.source_system = uses.source_system
            and watched.user_id = uses.user_id
            and watched.feature_id = uses.feature_id
            and uses.event_date >= watched.watched_from
            and uses.event_date <= {{ add_days('watched.watched_from', 14) }}
    group by
        watched.month_start,
        watched.feature_id,
        watched.customer_id,
        watched.source_system,
        watched.user_id,
        watched.delivered_on

)

select
    customer_id,
    month_start,
    feature_id,
    count(case when is_recipient then 1 end) as recipients,
    count(case when is_recipient and has_used then 1 end) as recipients_on_feature,
    count(case when not is_recipient then 1 end) as others,
    count(case when not is_recipient and has_used then 1 end) as others_on_feature
from effects
group by customer_id, month_start, feature_id
