with measurements as (

    select * from {{ ref('health_measurements') }}

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

compared_measures as (

    select distinct measure from {{ ref('dim_health_measures') }}
    where is_against_baseline

),

-- A customer's first month counts if it paid from the first day on.
earlier as (

    select
        customer_months.customer_id,
        customer_months.month_start,
        measurements.measure,
        measurements.value
    from customer_months
    inner join measurements
        on
            customer_months.customer_id = measurements.customer_id
            and measurements.month_start < customer_months.month_start
            and measurements.month_start >= {{ add_months('customer_months.month_start', -3) }}
            and measurements.month_start >= customer_months.first_paid_on
    inner join compared_measures on measurements.measure = compared_measures.measure
    where customer_months.is_active

)

select
    customer_id,
    month_start,
    measure,
    {{ percentile('value') }} as baseline,
    count(*) < 3 as is_provisional
from earlier
group by customer_id, month_start, measure
having count(*) >= 2
