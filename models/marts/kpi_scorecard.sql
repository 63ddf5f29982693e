with company as (
    select * from {{ ref('kpi_values') }}
    where segment_type = 'all' and breakdown = 'all'
),

last_finals as (
    select
        *,
        row_number() over (partition by kpi_id order by period_start desc) as recency
    from company
    where is_final and value is not null
)

select
    catalog.kpi_id,
    catalog.name,
    catalog.theme,
    catalog.objective,
    catalog.unit,
    catalog.direction,
    catalog.timing,
    catalog.owner,
    catalog.stakeholder,
    last_month.month_start as period_start,
    company.value,
    company.band,
    company.is_final,
    company.is_low_n,
    company.sample_size,
    company.n_pending,
    company.previous_value,
    company.value_change,
    company.value_a_year_before,
    company.year_change,
    company.baseline,
    company.baseline_index,
    company.signal,
    company.good_at,
    company.bad_at,
    company.target_value,
    last_finals.period_start as last_final_period_start,
    last_finals.value as last_final_value,
    last_finals.band as last_final_band,
    last_finals.signal as last_final_signal,
    -- A value that may still change, or of few units, sets nothing off (rules R3 and R10).
    case
        when
            not last_finals.is_low_n
            and (last_finals.band = 'bad' or last_finals.signal = 'adverse')
            then catalog.action
    end as next_action,
    catalog.playbook_id,
    catalog.availability,
    catalog.availability_reason
from {{ ref('kpi_catalog') }} as catalog
cross join (select max(month_start) as month_start from {{ ref('dim_months') }}) as last_month
left join company
    on catalog.kpi_id = company.kpi_id and last_month.month_start = company.period_start
left join last_finals on catalog.kpi_id = last_finals.kpi_id and last_finals.recency = 1
