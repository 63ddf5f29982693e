with credit_notes as (

    select * from {{ ref('stg_stripe__credit_notes') }}
    where row_status = 'accepted' and status = 'issued'

)

-- Without tax where the note says what that is.
select
    credit_note_id as credit_id,
    invoice_id,
    case when reason = 'product_unsatisfactory' then 'goodwill' else 'credit' end as kind,
    -coalesce(subtotal_minor - coalesce(discount_amount_minor, 0), amount_minor) as amount_minor,
    created_at as credited_at
from credit_notes

union all

-- A refund that a credit note stands for is not given back twice.
select
    refunds.refund_id as credit_id,
    charges.invoice_id,
    'credit' as kind,
    -refunds.amount_minor as amount_minor,
    refunds.created_at as credited_at
from {{ ref('stg_stripe__refunds') }} as refunds
inner join {{ ref('stg_stripe__charges') }} as charges
    on refunds.charge_id = charges.charge_id and charges.row_status = 'accepted'
left join credit_notes on refunds.refund_id = credit_notes.refund_id
where
    refunds.row_status = 'accepted'
    and refunds.status = 'succeeded'
    and credit_notes.credit_note_id is null
