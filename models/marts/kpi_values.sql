with measurements as (

    select * from {{ ref('kpi_measurements') }}

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

judged as (

    select
        measurements.kpi_id,
        measurements.period_grain,
        measurements.period_start,
        measurements.segment_type,
        measurements.segment,
        measurements.breakdown,
        measurements.numerator,
        measurements.denominator,
        measurements.value,
        measurements.sample_size,
        measurements.n_pending,
        measurements.is_final,
        measurements.segment_type <> 'customer' and measurements.sample_size < 30 as is_low_n,
        case
            when catalog.band_rule <> 'threshold' or measurements.breakdown <> 'all' then 'none'
            when measurements.value is null then coalesce(measurements.empty_band, 'no_data')
            when catalog.direction = 'up' and measurements.value < catalog.bad_at
                then measurements.bad_band
            when catalog.direction = 'down' and measurements.value > catalog.bad_at
                then measurements.bad_band
            when catalog.bad_at_is_bad and measurements.value = catalog.bad_at
                then measurements.bad_band
            when catalog.good_at_is_watch and measurements.value = catalog.good_at then 'watch'
            when catalog.direction = 'up' and measurements.value >= catalog.good_at then 'good'
            when catalog.direction = 'down' and measurements.value <= catalog.good_at then 'good'
            else 'watch'
        end as band
    from measurements
    inner join catalog on measurements.kpi_id = catalog.kpi_id

)

select * from judged
