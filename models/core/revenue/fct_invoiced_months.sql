with lines as (

    select * from {{ ref('union_invoice_lines') }}

),

months as (

    select
        *,
        {{ calendar_position('month_start') }} as position
    from {{ ref('dim_months') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

-- What is not for service over time belongs to the day it was invoiced.
dated as (

    select
        lines.*,
        ids.customer_id,
        {{ reporting_date('coalesce(lines.service_start, lines.invoiced_at)') }} as starts_on,
        {{ reporting_date('coalesce(lines.service_end, lines.invoiced_at)') }} as ends_on
    from lines
    inner join ids
        on
            lines.source_system = ids.source_system
            and coalesce(lines.source_customer_id, '(none)') = ids.source_customer_id

),

measured as (

    select
        *,
        {{ calendar_position('starts_on') }} as start_position,
        {{ calendar_position('ends_on') }} as end_position
    from dated

),

-- Even parts for whole months, days for the first and the last one.
spread as (

    select
        measured.*,
        months.month_start,
        measured.ends_on >= months.next_month_start as is_at_month_end,
        measured.end_position - measured.start_position as months_of_service,
        case
            when measured.ends_on <= measured.starts_on then 1
            else
                (
                    least(measured.end_position, months.position + 1)
                    - greatest(measured.start_position, months.position)
                )
                / (measured.end_position - measured.start_position)
        end as share
    from measured
    inner join months
        on
            measured.starts_on < months.next_month_start
            and (measured.ends_on > months.month_start or measured.starts_on >= months.month_start)

)

select
    source_system,
    invoice_line_id,
    month_start,
    customer_id,
    item_id,
    plan_id,
    product_id,
    kind,
    currency,
    starts_on,
    cast(amount * share as decimal(28, 6)) as amount,
    is_at_month_end,
    cast(case when is_at_month_end then amount / months_of_service end as decimal(28, 6))
        as monthly_amount,
    period_amount,
    cast(
        case
            when amount + discount_amount <> 0
                then period_amount * amount / (amount + discount_amount)
            else 0
        end as decimal(28, 6)
    ) as net_period_amount,
    cast(
        coalesce(
            abs(period_amount / nullif(amount + discount_amount, 0))
            * {{ major_unit('currency') }},
            0
        ) as decimal(28, 6)
    ) as rounding_amount
from spread
