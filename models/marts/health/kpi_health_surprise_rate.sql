with months as (
    select
        month_start,
        {{ add_months('min(month_start) over ()', 11) }} <= month_start as is_whole_window
    from {{ ref('dim_months') }}
),

-- A contract stands in the month it was due in and the eleven after it.
shown as (
    select
        renewals.*,
        months.month_start as period_start,
        renewals.is_final and not renewals.is_renewed as is_lost
    from {{ ref('health_renewals') }} as renewals
    inner join months
        on
            months.is_whole_window
            and renewals.month_start <= months.month_start
            and renewals.month_start > {{ add_months('months.month_start', -12) }}
),

measured as (
    select
        customer_id,
        period_start,
        period_start as segment_month,
        'all' as breakdown,
        case when is_lost then case health_band when 'good' then due_arr_amount else 0 end end
            as numerator,
        case when is_lost then due_arr_amount end as denominator,
        case when is_lost then 1 else 0 end as units,
        case when is_final then 0 else 1 end as n_pending,
        case when is_lost and health_band = 'unknown' then due_arr_amount else 0 end
            as unscored_arr_amount,
        case when is_final and health_band = 'bad' then due_arr_amount end as bad_arr_amount,
        case when is_final and health_band = 'bad' then kept_arr_amount end as bad_kept_arr_amount
    from shown
),

{{ kpi_rows(
    'health_surprise_rate',
    amounts=['bad_arr_amount', 'bad_kept_arr_amount'],
    ratios={
        'unscored_share': ('unscored_arr_amount', 'denominator'),
        'bad_but_renewed_share': ('bad_kept_arr_amount', 'bad_arr_amount'),
    },
    extras={'is_backfilled': 'count(*) > 0'}
) }}

select * from kpi_rows
