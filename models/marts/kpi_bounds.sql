with in_force as (select * from {{ ref('kpi_targets_in_force') }})

select
    catalog.kpi_id,
    months.month_start as period_start,
    '(any)' as segment_type,
    '(any)' as segment,
    coalesce(in_force.good_at, catalog.good_at) as good_at,
    coalesce(in_force.bad_at, catalog.bad_at) as bad_at,
    in_force.target_value
from {{ ref('kpi_catalog') }} as catalog
cross join {{ ref('dim_months') }} as months
left join in_force
    on
        catalog.kpi_id = in_force.kpi_id
        and months.month_start = in_force.period_start
        and in_force.segment_type = '(any)'
union all
select * from in_force
where segment_type <> '(any)'
union all
-- A customer is judged as its segment is, unless it has a target of its own.
select
    targets.kpi_id,
    targets.period_start,
    'customer' as segment_type,
    members.customer_id as segment,
    targets.good_at,
    targets.bad_at,
    targets.target_value
from in_force as targets
inner join {{ ref('brg_customer_segments') }} as members
    on
        targets.period_start = members.month_start
        and targets.segment_type = members.segment_type
        and targets.segment = members.segment
left join in_force as own
    on
        targets.kpi_id = own.kpi_id
        and targets.period_start = own.period_start
        and own.segment_type = 'customer'
        and members.customer_id = own.segment
where targets.segment_type = 'segment' and own.kpi_id is null
