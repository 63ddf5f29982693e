with kpi_values as (

    select * from {{ ref('kpi_values') }}

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

build as (

    select * from {{ ref('build') }}

)

select
    kpi_values.kpi_id,
    kpi_values.period_grain,
    kpi_values.period_start,
    kpi_values.segment_type,
    kpi_values.segment,
    kpi_values.breakdown,
    kpi_values.numerator,
    kpi_values.denominator,
    kpi_values.value,
    kpi_values.sample_size,
    kpi_values.n_pending,
    kpi_values.is_final,
    kpi_values.is_low_n,
    kpi_values.band,
    build.build_id,
    build.as_of
from kpi_values
inner join catalog on kpi_values.kpi_id = catalog.kpi_id
cross join build
where
    kpi_values.segment_type <> 'customer'
    or catalog.unit = 'currency'
    or catalog.kpi_id = 'customer_health_score'
