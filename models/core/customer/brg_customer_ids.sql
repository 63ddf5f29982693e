with hop_1 as (

    select * from {{ ref('brg_customer_pointers') }}

),

{% for hop in (2, 3, 4) -%}
-- Each round follows the pointers twice as far.
hop_{{ hop }} as (

    select
        near.source_system,
        near.source_customer_id,
        far.next_system,
        far.next_id,
        near.link_rule,
        near.confidence * far.confidence as confidence
    from hop_{{ hop - 1 }} as near
    inner join hop_{{ hop - 1 }} as far
        on near.next_system = far.source_system and near.next_id = far.source_customer_id

),

{% endfor -%}
resolved as (

    select
        source_system,
        source_customer_id,
        {{ surrogate_key(['next_system', 'next_id']) }} as customer_id,
        next_system as anchor_system,
        next_id as anchor_id,
        link_rule,
        confidence
    from hop_4

)

select * from resolved
