with tested as (
    select * from {{ ref('kpi_judgements') }}
    where breakdown = 'all' and signal is not null
),

-- R10: a KPI counts once its own month is final.
measured as (
    select
        period_start,
        segment_type,
        segment,
        'all' as breakdown,
        case when is_final and signal = 'adverse' then 1 else 0 end as numerator,
        case when is_final and signal <> 'changed' then 1 else 0 end as denominator,
        case when is_final and signal <> 'changed' then 1 else 0 end as units,
        case when is_final then 0 else 1 end as n_pending,
        case when is_final and signal = 'favourable' then 1 else 0 end as favourable_kpis,
        case when is_final and signal = 'changed' then 1 else 0 end as changed_kpis
    from tested
),

{{ kpi_rows(
    'benchmark_baseline',
    has_segments=true,
    is_final='kpi_periods.is_final and coalesce(summed.n_pending, 0) = 0',
    counts=['favourable_kpis', 'changed_kpis']
) }}

select * from kpi_rows
