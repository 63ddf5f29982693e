with versions as (

    select
        subscription_id,
        customer_id,
        status as stripe_status,
        trial_ends_at,
        ended_at,
        changed_at,
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

-- Newer connectors know the present period of the items alone.
periods as (

    select
        subscription_id,
        max(current_period_start) as current_period_start
    from {{ ref('stg_stripe__subscription_items') }}
    where row_status = 'accepted'
    group by subscription_id

),

-- What the first known version says of the time before it: a trial, service, then its own status.
first_versions as (

    select
        versions.subscription_id,
        versions.customer_id,
        versions.status,
        versions.cancel_requested_at,
        versions.valid_to,
        case
            when versions.stripe_status in ('trialing', 'incomplete', 'incomplete_expired')
                then cast('1970-01-01' as timestamp)
            else coalesce(versions.trial_ends_at, cast('1970-01-01' as timestamp))
        end as trial_until,
        case
            when versions.status = 'cancelled' then coalesce(versions.ended_at, versions.valid_from)
            when versions.status in ('past_due', 'paused') or versions.stripe_status = 'unpaid'
                then coalesce(
                    versions.changed_at, periods.current_period_start, versions.valid_from
                )
        end as status_from
    from versions
    left join periods on versions.subscription_id = periods.subscription_id
    where versions.version_number = 1

),

phases as (

    select
        subscription_id,
        customer_id,
        'trialing' as status,
        cancel_requested_at,
        cast('1970-01-01' as timestamp) as valid_from,
        least(trial_until, coalesce(status_from, valid_to)) as valid_to
    from first_versions

    union all

    select
        subscription_id,
        customer_id,
        'active' as status,
        cancel_requested_at,
        trial_until as valid_from,
        status_from as valid_to
    from first_versions
    where status_from is not null

    union all

    select
        subscription_id,
        customer_id,
        status,
        cancel_requested_at,
        coalesce(status_from, trial_until) as valid_from,
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
