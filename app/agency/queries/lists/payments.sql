-- payments: the payments of the invoices that a caller sees
-- from
payments AS y JOIN invoices AS i ON i.id = y.invoice_id
-- id
y.id
-- container
i.project_id
-- where
caller.role IN ('admin', 'project_manager', 'client')
-- live
EXISTS (SELECT FROM projects AS p WHERE p.id = i.project_id AND p.deleted_at IS NULL OFFSET 0)
-- visible
$sees(i.project_id)
-- filter invoice pins
y.invoice_id = $value::bigint
-- filter project opens
i.project_id = $value::bigint
AND EXISTS (SELECT FROM project_keys AS k WHERE k.project_id = $value::bigint AND k.key = caller.key)
-- filter from_date
y.paid_on >= $value::date
-- filter to_date
y.paid_on <= $value::date
-- sort paid_on
y.paid_on::date, y.id::bigint
-- sort id with invoice
y.id::bigint
-- item
SELECT
    y.id,
    y.invoice_id,
    y.paid_on,
    y.method,
    y.amount,
    y.reference,
    y.created_at
FROM payments AS y
WHERE y.id = here.id
