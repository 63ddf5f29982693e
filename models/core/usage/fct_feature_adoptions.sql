with spells as (

    select * from {{ ref('fct_feature_spells') }}

),

uses as (

    select * from {{ ref('fct_feature_days') }}
    where user_id is not null

),

history as (

    select
        max(next_month_start) as known_until,
        (select min(event_date) from {{ ref('fct_user_days') }}) as first_user_event_on
    from {{ ref('dim_months') }}

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
        customer_id,
        feature_id,
        granted_from,
        min(event_date) as reached_on
    from counted
    cross join history
    where uses_so_far >= 3 and days_so_far >= 2 and event_date < history.known_until
    group by customer_id, feature_id, granted_from

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
cross join history
left join reached
    on
        spells.customer_id = reached.customer_id
        and spells.feature_id = reached.feature_id
        and spells.granted_from = reached.granted_from
where
    spells.clock_started_on < history.known_until
    and {{ utc_start_of('spells.clock_started_on') }} < spells.granted_until
    and {{ month_of('history.first_user_event_on') }} <= spells.clock_started_on
