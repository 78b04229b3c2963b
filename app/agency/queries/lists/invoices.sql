-- invoices: the invoices of the projects that an admin, manager or client sees; clients see no drafts
-- from
invoices AS i
-- id
i.id
-- container
i.project_id
-- where
(caller.role IN ('admin', 'project_manager') OR (caller.role = 'client' AND i.status <> 'draft'))
-- live
EXISTS (SELECT FROM projects AS p WHERE p.id = i.project_id AND p.deleted_at IS NULL OFFSET 0)
-- visible
$sees(i.project_id)
-- filter project opens
i.project_id = $value::bigint
AND EXISTS (SELECT FROM project_keys AS k WHERE k.project_id = $value::bigint AND k.key = caller.key)
-- filter client pins
i.client_id = $value::bigint
-- filter status
i.status = $value::text
-- filter open is true
i.status = 'sent'
-- filter open is false
i.status <> 'sent'
-- filter overdue is true
i.status = 'sent' AND i.due_on < current_date
-- filter overdue is false
(i.status = 'sent' AND i.due_on < current_date) IS NOT TRUE
-- filter issued is true
i.issued_on IS NOT NULL
-- filter issued is false
i.issued_on IS NULL
-- filter due_from
i.due_on >= $value::date
-- filter due_to
i.due_on <= $value::date
-- sort id
i.id::bigint
-- sort due_on with open=true overdue=true
i.due_on::date, i.id::bigint
-- sort issued_on with issued=true
i.issued_on::date, i.id::bigint
-- item
SELECT
    i.id,
    i.number,
    i.project_id,
    (SELECT row_to_json(c) FROM (SELECT c.id, c.name FROM clients AS c WHERE c.id = i.client_id) AS c) AS client,
    i.status,
    i.currency,
    i.amount,
    i.paid_amount,
    i.issued_on,
    i.due_on,
    i.paid_on,
    coalesce(i.status = 'sent' AND i.due_on < current_date, false) AS overdue,
    i.version
FROM invoices AS i
WHERE i.id = here.id
-- entity
SELECT
    i.id,
    i.number,
    i.project_id,
    (SELECT row_to_json(c) FROM (SELECT c.id, c.name FROM clients AS c WHERE c.id = i.client_id) AS c) AS client,
    i.status,
    i.currency,
    i.amount,
    i.paid_amount,
    i.issued_on,
    i.due_on,
    i.paid_on,
    coalesce(i.status = 'sent' AND i.due_on < current_date, false) AS overdue,
    i.version,
    i.created_at,
    i.updated_at,
    (SELECT row_to_json(p) FROM (SELECT p.id, p.name FROM projects AS p WHERE p.id = i.project_id) AS p)
        AS project,
    (
        SELECT coalesce(json_agg(row_to_json(item)), '[]')
        FROM (
            SELECT l.position, l.description, l.quantity, l.unit_price, l.amount
            FROM invoice_items AS l
            WHERE l.invoice_id = i.id
            ORDER BY l.position
        ) AS item
    ) AS items,
    (
        SELECT coalesce(json_agg(row_to_json(payment)), '[]')
        FROM (
            SELECT y.id, y.paid_on, y.method, y.amount, y.reference
            FROM payments AS y
            WHERE y.invoice_id = i.id
            ORDER BY y.id
        ) AS payment
    ) AS payments
FROM invoices AS i
WHERE i.id = here.id
