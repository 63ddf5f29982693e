with spells as (

    select * from {{ ref('fct_feature_spells') }}

),

uses as (

    select * from {{ ref('fct_feature_days') }}
    where user_id is not null

),

recorded as (

    select min(event_date) as first_user_event_on from {{ ref('fct_user_days') }}

),

known as (

    select max(next_month_start) as known_until from {{ ref('dim_months') }}

),

-- A user's first three days of use hold three uses at the least: no later day can be the one.
first_days as (

    select * from (
        select
            spells.customer_id,
            spells.feature_id,
            spells.granted_from,
            uses.source_system,
            uses.user_id,
            uses.event_date,
            uses.events,
            row_number() over (
                partition by
                    spells.customer_id, spells.feature_id, spells.granted_from,
                    uses.source_system, uses.user_id
                order by uses.event_date
            ) as day_number
        from spells
        inner join uses
            on
                spells.customer_id = uses.customer_id
                and spells.feature_id = uses.feature_id
                and uses.event_date >= {{ reporting_date('spells.granted_from') }}
                and {{ utc_start_of('uses.event_date') }} < spells.granted_until
    ) as numbered
    where day_number <= 3

),

users as (

    select
        customer_id,
        feature_id,
        granted_from,
        case
            when sum(case when day_number <= 2 then events end) >= 3
                then max(case when day_number = 2 then event_date end)
            else max(case when day_number = 3 then event_date end)
        end as reached_on
    from first_days
    group by customer_id, feature_id, granted_from, source_system, user_id

),

reached as (

    select
        users.customer_id,
        users.feature_id,
        users.granted_from,
        min(users.reached_on) as reached_on
    from users
    inner join known on users.reached_on < known.known_until
    group by users.customer_id, users.feature_id, users.granted_from

)

-- What was reached before the clock started took no time (R11).
select
    spells.customer_id,
    spells.feature_id,
    spells.granted_from,
    spells.is_core,
    spells.clock_started_on,
    case
        when reached.reached_on < spells.clock_started_on then spells.clock_started_on
        else reached.reached_on
    end as adopted_on
from spells
inner join known on spells.clock_started_on < known.known_until
inner join recorded
    on {{ month_of('recorded.first_user_event_on') }} <= spells.clock_started_on
left join reached
    on
        spells.customer_id = reached.customer_id
        and spells.feature_id = reached.feature_id
        and spells.granted_from = reached.granted_from
where {{ utc_start_of('spells.clock_started_on') }} < spells.granted_until
