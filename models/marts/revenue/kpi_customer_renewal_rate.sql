with renewals as (
    select * from {{ ref('fct_contract_renewals') }}
    where not is_superseded
),

-- R10: renewed or not, a contract counts once the 30 days after its end have passed.
measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when is_final and is_renewed then 1 else 0 end as numerator,
        case when is_final then 1 else 0 end as denominator,
        case when is_final then 1 else 0 end as units,
        case when is_final then 0 else 1 end as n_pending,
        case when is_final and is_on_time then 1 else 0 end as on_time,
        case when is_final then due_arr_amount end as due_arr_amount,
        case when is_final then kept_arr_amount end as kept_arr_amount,
        case when is_final then renewed_arr_amount end as renewed_arr_amount,
        case when is_final then customer_id end as due_customer_id,
        case when is_final and is_renewed then customer_id end as renewed_customer_id
    from renewals
),

{{ kpi_rows(
    'customer_renewal_rate',
    amounts=['due_arr_amount', 'kept_arr_amount', 'renewed_arr_amount'],
    ratios={
        'on_time_value': ('on_time', 'denominator'),
        'gross_value': ('kept_arr_amount', 'due_arr_amount'),
        'net_value': ('renewed_arr_amount', 'due_arr_amount'),
    },
    extras={
        'by_customer_value':
            'cast(1.0 * count(distinct renewed_customer_id)'
            ' / nullif(count(distinct due_customer_id), 0) as double precision)',
        'due_customers': 'cast(count(distinct due_customer_id) as bigint)',
    }
) }}

select * from kpi_rows
