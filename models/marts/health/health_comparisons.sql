with monthly as (select * from {{ ref('health_measurements') }}),

measurements as (
    select
        customer_id,
        'month' as period_grain,
        month_start as period_start,
        measure,
        value
    from monthly
    union all
    select
        customer_id,
        'day' as period_grain,
        day_date as period_start,
        measure,
        value
    from {{ ref('health_day_measurements') }}
),

compared_measures as (
    select distinct measure from {{ ref('health_measures') }}
    where is_against_baseline
),

-- The rule of benchmark_baseline, without its table, which is made of health scores too: who was
-- away the month before has none, and the month that a customer came in counts if it came on the
-- first day. A day is held against the baseline of its month.
baselines as (
    select
        before.customer_id,
        {{ add_months('before.month_start', 1) }} as month_start,
        earlier.measure,
        {{ percentile('earlier.value') }} as baseline,
        count(*) < 3 as is_baseline_provisional
    from {{ ref('fct_customer_months') }} as before
    inner join monthly as earlier
        on
            before.customer_id = earlier.customer_id
            and earlier.month_start <= before.month_start
            and earlier.month_start >= {{ add_months('before.month_start', -2) }}
            and earlier.month_start >= before.started_on
    inner join compared_measures on earlier.measure = compared_measures.measure
    group by before.customer_id, before.month_start, earlier.measure
    having count(*) >= 2
)

select
    measurements.*,
    baselines.baseline,
    baselines.is_baseline_provisional,
    measurements.value / nullif(baselines.baseline, 0) as baseline_index
from measurements
left join baselines
    on
        measurements.customer_id = baselines.customer_id
        and {{ month_of('measurements.period_start') }} = baselines.month_start
        and measurements.measure = baselines.measure
