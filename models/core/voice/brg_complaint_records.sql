with records as (

    select * from {{ ref('fct_complaint_records') }}

),

-- The first record of a matter that is more than 30 days later would begin the next complaint.
jumps_1 as (

    select
        earlier.matter,
        earlier.place,
        min(later.place) as next_place
    from records as earlier
    inner join records as later
        on
            earlier.matter = later.matter
            and later.received_at > {{ dbt.dateadd('day', 30, 'earlier.received_at') }}
    group by earlier.matter, earlier.place

),

begins_1 as (

    select
        matter,
        place
    from records
    where place = 1

),

{% for round in range(1, 9) -%}
-- Each round follows twice as many complaints: 256 of one matter, 21 years, are told apart.
jumps_{{ round + 1 }} as (

    select
        near.matter,
        near.place,
        far.next_place
    from jumps_{{ round }} as near
    inner join jumps_{{ round }} as far
        on near.matter = far.matter and near.next_place = far.place

),

begins_{{ round + 1 }} as (

    select * from begins_{{ round }}
    union
    select
        jumps.matter,
        jumps.next_place as place
    from jumps_{{ round }} as jumps
    inner join begins_{{ round }} as begins
        on jumps.matter = begins.matter and jumps.place = begins.place

),

{% endfor -%}
placed as (

    select
        records.*,
        max(begins.place) over (
            partition by records.matter order by records.place
            rows between unbounded preceding and current row
        ) as first_place
    from records
    left join begins_9 as begins
        on records.matter = begins.matter and records.place = begins.place

)

select
    placed.record_id,
    firsts.record_id as complaint_id
from placed
inner join placed as firsts
    on placed.matter = firsts.matter and placed.first_place = firsts.place
