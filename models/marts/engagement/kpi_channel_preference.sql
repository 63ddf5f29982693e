with messages as (

    select
        *,
        {{ reporting_date('sent_at') }} as sent_on,
        is_clicked or coalesce(replied_at <= matured_at, false) as is_engaged
    from {{ ref('fct_messages') }}
    where contact_id is not null and not is_bounced

),

months as (

    select * from {{ ref('dim_months') }}

),

active_customers as (

    select * from {{ ref('fct_customer_months') }}
    where is_active

),

-- Of the 90 days that end with the month; a message counts once its 14 days have passed (R10).
contact_channels as (

    select
        months.month_start,
        messages.customer_id,
        messages.contact_id,
        messages.channel,
        1.0 * count(case when messages.is_engaged then 1 end) / count(*) as engaged_share,
        max(case when messages.is_engaged then messages.sent_at end) as last_engaged_at
    from messages
    inner join months
        on
            messages.sent_on >= {{ add_days('months.next_month_start', -90) }}
            and messages.sent_on < months.next_month_start
            and messages.matured_at <= {{ utc_start_of('months.as_of') }}
    group by months.month_start, messages.customer_id, messages.contact_id, messages.channel
    having count(*) >= 3 and count(case when messages.is_engaged then 1 end) > 0

),

ranked_channels as (

    select
        *,
        row_number() over (
            partition by month_start, customer_id, contact_id
            order by engaged_share desc, last_engaged_at desc, channel asc
        ) as choice
    from contact_channels

),

-- What most of a customer's contacts prefer; of as many, what was used last.
votes as (

    select
        month_start,
        customer_id,
        channel,
        row_number() over (
            partition by month_start, customer_id
            order by count(*) desc, max(last_engaged_at) desc, channel asc
        ) as choice
    from ranked_channels
    where choice = 1
    group by month_start, customer_id, channel

),

-- Before the first message nothing is known of anybody's channel.
measured as (

    select
        active_customers.customer_id,
        active_customers.month_start as period_start,
        active_customers.month_start as segment_month,
        'all' as breakdown,
        case when votes.channel is not null then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        votes.channel
    from active_customers
    left join votes
        on
            active_customers.customer_id = votes.customer_id
            and active_customers.month_start = votes.month_start
            and votes.choice = 1
    where
        active_customers.month_start
        >= (select {{ month_of('min(messages.sent_on)') }} from messages)

),

{{ kpi_rows(
    'channel_preference',
    extras={
        'preferred_channel':
            "case when segments.segment_type = 'customer' then max(measured.channel) end"
    }
) }}

select * from kpi_rows
