with versions as (

    select
        subscription_id,
        customer_id,
        status as stripe_status,
        trial_ends_at,
        ended_at,
        valid_from,
        -- The newest version knows whether a cancellation was taken back.
        first_value(canceled_at) over (partition by subscription_id order by valid_from desc)
            as cancel_requested_at,
        row_number() over (partition by subscription_id order by valid_from) as version_number,
        lead(valid_from, 1, cast('9999-12-31' as timestamp))
            over (partition by subscription_id order by valid_from) as valid_to,
        case
            when status = 'canceled' then 'cancelled'
            when pause_behavior is not null or status = 'paused' then 'paused'
            when status in ('incomplete', 'incomplete_expired') then 'unpaid'
            else status
        end as status
    from {{ ref('stg_stripe__subscription_versions') }}
    where row_status = 'accepted'

),

-- What the first known version says of the time before it: a trial, then service, then its own status.
first_versions as (

    select
        subscription_id,
        customer_id,
        status,
        cancel_requested_at,
        valid_to,
        least(
            case
                when stripe_status in ('trialing', 'incomplete', 'incomplete_expired')
                    then cast('1970-01-01' as timestamp)
                else coalesce(trial_ends_at, cast('1970-01-01' as timestamp))
            end,
            case
                when status = 'cancelled' then coalesce(ended_at, valid_from)
                else valid_from
            end
        ) as served_from,
        case
            when status = 'cancelled' then coalesce(ended_at, valid_from)
            when status in ('past_due', 'paused')
                or stripe_status = 'unpaid' then valid_from
        end as status_from
    from versions
    where version_number = 1

),

phases as (

    select
        subscription_id,
        customer_id,
        'trialing' as status,
        cancel_requested_at,
        cast('1970-01-01' as timestamp) as valid_from,
        served_from as valid_to
    from first_versions

    union all

    select
        subscription_id,
        customer_id,
        'active' as status,
        cancel_requested_at,
        served_from as valid_from,
        status_from as valid_to
    from first_versions
    where status_from is not null

    union all

    select
        subscription_id,
        customer_id,
        status,
        cancel_requested_at,
        coalesce(status_from, served_from) as valid_from,
        valid_to
    from first_versions

    union all

    select
        subscription_id,
        customer_id,
        status,
        cancel_requested_at,
        valid_from,
        valid_to
    from versions
    where version_number > 1

)

select * from phases
where valid_from < valid_to
