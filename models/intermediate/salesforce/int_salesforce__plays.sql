with tasks as (

    select
        *,
        coalesce(lower(status) like 'cancel%', false) as is_called_off,
        coalesce(is_closed, lower(status) = 'completed', false) as is_closed_or_completed
    from {{ ref('stg_salesforce__tasks') }}
    where row_status = 'accepted' and play_kpi_id is not null

),

runs as (

    select
        *,
        case
            when is_closed_or_completed or is_called_off then coalesce(completed_at, modified_at)
        end as closed_at
    from tasks

)

select
    task_id as play_id,
    account_id as source_customer_id,
    play_kpi_id as kpi_id,
    play_trigger_ref as trigger_ref,
    created_at as opened_at,
    due_on,
    closed_at,
    case
        when closed_at is null then null
        when is_called_off then 'cancelled'
        else play_result
    end as result
from runs
