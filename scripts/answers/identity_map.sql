-- key: source_system, source_customer_id
select
    ids.source_system,
    ids.source_customer_id,
    ids.anchor_system,
    ids.anchor_id
from core.brg_customer_ids as ids
inner join core.brg_customer_records as records
    on ids.source_system = records.source_system and ids.source_customer_id = records.source_customer_id
where records.is_known
