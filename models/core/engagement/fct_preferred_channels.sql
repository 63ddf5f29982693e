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

)

select
    customer_id,
    month_start,
    channel as preferred_channel
from votes
where choice = 1
