with months as (

    select * from {{ ref('dim_months') }}

),

-- What holds at E (R1), the one that began last first.
held as (

    select
        ids.customer_id,
        months.month_start,
        overrides.score,
        overrides.set_by,
        overrides.valid_from,
        row_number() over (
            partition by ids.customer_id, months.month_start
            order by
                overrides.valid_from desc,
                overrides.source_system asc,
                overrides.source_customer_id asc
        ) as recency
    from {{ ref('union_health_overrides') }} as overrides
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            overrides.source_system = ids.source_system
            and coalesce(overrides.source_customer_id, '(none)') = ids.source_customer_id
    inner join months
        on
            overrides.valid_from < months.ends_at
            and (overrides.valid_to is null or overrides.valid_to >= months.ends_at)

)

select
    customer_id,
    month_start,
    score,
    set_by,
    valid_from
from held
where recency = 1
