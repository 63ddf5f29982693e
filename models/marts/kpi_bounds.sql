with months as (

    select * from {{ ref('dim_months') }}

),

-- The target that holds at a month's end: of several the one that began last.
in_force as (

    select
        targets.*,
        months.month_start as period_start,
        row_number() over (
            partition by months.month_start, targets.kpi_id, targets.segment_type, targets.segment
            order by targets.valid_from desc
        ) as recency
    from {{ ref('kpi_targets') }} as targets
    inner join months on targets.valid_from < months.next_month_start

),

-- A customer is judged as its segment is, unless it has a target of its own.
of_customers as (

    select
        in_force.kpi_id,
        in_force.period_start,
        'customer' as segment_type,
        members.customer_id as segment,
        in_force.good_at,
        in_force.bad_at,
        in_force.target_value
    from in_force
    inner join {{ ref('brg_customer_segments') }} as members
        on
            in_force.period_start = members.month_start
            and in_force.segment_type = members.segment_type
            and in_force.segment = members.segment
    left join in_force as own
        on
            in_force.kpi_id = own.kpi_id
            and in_force.period_start = own.period_start
            and own.segment_type = 'customer'
            and members.customer_id = own.segment
    where in_force.recency = 1 and in_force.segment_type = 'segment' and own.kpi_id is null

),

bounds as (

    select
        catalog.kpi_id,
        months.month_start as period_start,
        '(any)' as segment_type,
        '(any)' as segment,
        coalesce(in_force.good_at, catalog.good_at) as good_at,
        coalesce(in_force.bad_at, catalog.bad_at) as bad_at,
        in_force.target_value
    from {{ ref('kpi_catalog') }} as catalog
    cross join months
    left join in_force
        on
            catalog.kpi_id = in_force.kpi_id
            and months.month_start = in_force.period_start
            and in_force.segment_type = '(any)'
            and in_force.recency = 1

    union all

    select
        kpi_id,
        period_start,
        segment_type,
        segment,
        good_at,
        bad_at,
        target_value
    from in_force
    where recency = 1 and segment_type <> '(any)'

    union all

    select * from of_customers

)

select * from bounds
