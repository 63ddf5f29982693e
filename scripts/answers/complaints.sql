-- key: complaint_id
-- Customers that neither the CRM nor billing knows have no name to compare and are left out.
select
    complaints.complaint_id,
    customers.anchor_id as customer_id,
    complaints.received_at,
    complaints.last_received_at,
    complaints.records,
    complaints.resolved_at
from core.fct_complaints as complaints
inner join core.dim_customers as customers on complaints.customer_id = customers.customer_id
where customers.anchor_system in ('salesforce', 'stripe')
