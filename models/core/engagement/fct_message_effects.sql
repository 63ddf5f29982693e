with months as (

    select * from {{ ref('dim_months') }}
    where {{ add_days('next_month_start', 14) }} <= as_of

),

deliveries as (

    select
        messages.customer_id,
        messages.contact_id,
        messages.target_feature_id as feature_id,
        months.month_start,
        min({{ reporting_date('coalesce(messages.delivered_at, messages.sent_at)') }})
            as delivered_on
    from {{ ref('fct_messages') }} as messages
    inner join months on {{ month_of(reporting_date('messages.sent_at')) }} = months.month_start
    where messages.target_feature_id is not null and not messages.is_bounced
    group by
        messages.customer_id, messages.contact_id, messages.target_feature_id, months.month_start

),

campaigns as (

    select
        month_start,
        feature_id,
        min(delivered_on) as first_on
    from deliveries
    group by month_start, feature_id

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

-- Who got nothing is watched from the day on which the first of the month's messages arrived.
watched as (

    select
        campaigns.month_start,
        campaigns.feature_id,
        people.customer_id,
        people.source_system,
        people.user_id,
        deliveries.delivered_on,
        coalesce(deliveries.delivered_on, campaigns.first_on) as watched_from
    from campaigns
    inner join {{ ref('fct_customer_months') }} as customers
        on campaigns.month_start = customers.month_start
    inner join people
        on
            customers.customer_id = people.customer_id
            and (people.created_on is null or people.created_on <= campaigns.first_on)
    left join deliveries
        on
            campaigns.month_start = deliveries.month_start
            and campaigns.feature_id = deliveries.feature_id
            and people.customer_id = deliveries.customer_id
            and people.contact_id = deliveries.contact_id

),

crowds as (

    select
        customer_id,
        month_start,
        feature_id,
        count(delivered_on) as recipients,
        count(*) - count(delivered_on) as others
    from watched
    group by customer_id, month_start, feature_id

),

brought as (

    select distinct
        watched.customer_id,
        watched.month_start,
        watched.feature_id,
        watched.source_system,
        watched.user_id,
        watched.delivered_on
    from watched
    inner join {{ ref('fct_feature_days') }} as uses
        on
            watched.customer_id = uses.customer_id
            and watched.source_system = uses.source_system
            and watched.user_id = uses.user_id
            and watched.feature_id = uses.feature_id
            and uses.event_date >= watched.watched_from
            and uses.event_date <= {{ add_days('watched.watched_from', 14) }}

)

select
    crowds.*,
    count(brought.delivered_on) as recipients_on_feature,
    count(brought.user_id) - count(brought.delivered_on) as others_on_feature
from crowds
left join brought
    on
        crowds.customer_id = brought.customer_id
        and crowds.month_start = brought.month_start
        and crowds.feature_id = brought.feature_id
group by
    crowds.customer_id, crowds.month_start, crowds.feature_id, crowds.recipients, crowds.others
