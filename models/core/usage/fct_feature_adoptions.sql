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

counted as (

    select
        spells.customer_id,
        spells.feature_id,
        spells.granted_from,
        uses.event_date,
        sum(uses.events) over (
            partition by
                spells.customer_id, spells.feature_id, spells.granted_from,
                uses.source_system, uses.user_id
            order by uses.event_date
            rows between unbounded preceding and current row
        ) as uses_so_far,
        row_number() over (
            partition by
                spells.customer_id, spells.feature_id, spells.granted_from,
                uses.source_system, uses.user_id
            order by uses.event_date
        ) as days_so_far
    from spells
    inner join uses
        on
            spells.customer_id = uses.customer_id
            and spells.feature_id = uses.feature_id
            and uses.event_date >= {{ reporting_date('spells.granted_from') }}
            and {{ utc_start_of('uses.event_date') }} < spells.granted_until

),

reached as (

    select
        counted.customer_id,
        counted.feature_id,
        counted.granted_from,
        min(counted.event_date) as reached_on
    from counted
    inner join known on counted.event_date < known.known_until
    where counted.uses_so_far >= 3 and counted.days_so_far >= 2
    group by counted.customer_id, counted.feature_id, counted.granted_from

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
