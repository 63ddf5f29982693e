with active_customers as (
    select * from {{ ref('fct_customer_months') }}
    where is_active
),

channels as (select * from {{ ref('fct_preferred_channels') }}),

touches as (select * from {{ ref('fct_touch_preferences') }}),

-- Before the first message nothing is known of anybody's channel.
measured as (
    select
        active_customers.customer_id,
        active_customers.month_start as period_start,
        active_customers.month_start as segment_month,
        'all' as breakdown,
        case when channels.preferred_channel is not null then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        channels.preferred_channel,
        touches.touch_preference,
        touches.human_engagements,
        touches.digital_engagements
    from active_customers
    left join channels
        on
            active_customers.customer_id = channels.customer_id
            and active_customers.month_start = channels.month_start
    left join touches
        on
            active_customers.customer_id = touches.customer_id
            and active_customers.month_start = touches.month_start
    where
        active_customers.month_start >= (
            select {{ month_of(reporting_date('min(messages.sent_at)')) }}
            from {{ ref('fct_messages') }} as messages
            where messages.contact_id is not null and not messages.is_bounced
        )
),

{% set of_a_customer = "case when segments.segment_type = 'customer' then " -%}
{{ kpi_rows(
    'channel_preference',
    extras={
        'preferred_channel': of_a_customer ~ 'max(preferred_channel) end',
        'touch_preference': of_a_customer ~ 'max(touch_preference) end',
        'human_touch_share':
            'cast(sum(human_engagements) * 1.0'
            ' / nullif(sum(human_engagements + digital_engagements), 0) as double precision)',
    }
) }}

select * from kpi_rows
