with survivors as (

    select
        ticket_id,
        replace(replace(replace(replace(merged_ticket_ids, '[', ''), ']', ''), '"', ''), ' ', '')
            as merged_ids
    from {{ ref('stg_zendesk__tickets') }}
    where row_status = 'accepted' and length(merged_ticket_ids) > 2

),

numbers as (

    select cast(generated_number as integer) as n from ({{ dbt.generate_series(1000) }}) as series

),

merged_tickets as (

    select
        survivors.ticket_id as merged_into_id,
        {{ dbt.split_part('survivors.merged_ids', "','", 'numbers.n') }} as ticket_id
    from survivors
    inner join numbers
        on
            1 + length(survivors.merged_ids) - length(replace(survivors.merged_ids, ',', ''))
            >= numbers.n

)

select
    ticket_id,
    min(merged_into_id) as merged_into_id
from merged_tickets
group by ticket_id
