with measurements as (select * from {{ ref('health_measurements') }}),

customer_months as (
    select
        *,
        lag(month_start) over (partition by customer_id order by month_start) as month_before
    from {{ ref('fct_customer_months') }}
),

compared_measures as (
    select distinct measure from {{ ref('health_measures') }}
    where is_against_baseline
),

-- The rule of benchmark_baseline, without its table, which is made of health scores too: who was
-- away the month before has none, and the month that a customer came in counts if it came on the
-- first day.
baselines as (
    select
        customer_months.customer_id,
        customer_months.month_start,
        earlier.measure,
        {{ percentile('earlier.value') }} as baseline,
        count(*) < 3 as is_baseline_provisional
    from customer_months
    inner join measurements as earlier
        on
            customer_months.customer_id = earlier.customer_id
            and earlier.month_start < customer_months.month_start
            and earlier.month_start >= {{ add_months('customer_months.month_start', -3) }}
            and earlier.month_start >= customer_months.started_on
    inner join compared_measures on earlier.measure = compared_measures.measure
    where customer_months.month_before = {{ add_months('customer_months.month_start', -1) }}
    group by customer_months.customer_id, customer_months.month_start, earlier.measure
    having count(*) >= 2
)

select
    measurements.customer_id,
    measurements.month_start,
    measurements.measure,
    measurements.value,
    baselines.baseline,
    baselines.is_baseline_provisional,
    measurements.value / nullif(baselines.baseline, 0) as baseline_index
from measurements
left join baselines
    on
        measurements.customer_id = baselines.customer_id
        and measurements.month_start = baselines.month_start
        and measurements.measure = baselines.measure
