-- invoice_for_change: the facts for a write to an invoice, with the users it affects ($1 token hash, $2 invoice)
SELECT
    caller.user_id,
    caller.role,
    invoice.project_id,
    invoice.version,
    invoice.status,
    invoice.amount,
    invoice.paid_amount,
    invoice.due_on,
    invoice.client_id,
    invoice.manager_id,
    invoice.client_people
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT
        i.project_id,
        i.version,
        i.status,
        i.amount,
        i.paid_amount,
        i.due_on,
        i.client_id,
        p.manager_id,
        ARRAY(
            SELECT u.id
            FROM users AS u
            WHERE u.client_id = i.client_id
              AND u.deactivated_at IS NULL
        ) AS client_people
    FROM invoices AS i
    JOIN projects AS p ON p.id = i.project_id
    WHERE i.id = $2
      AND (caller.role IN ('admin', 'project_manager') OR (caller.role = 'client' AND i.status <> 'draft'))
      AND EXISTS (
          SELECT
          FROM project_keys AS k
          WHERE k.project_id = i.project_id
            AND k.key = caller.key
      )
) AS invoice ON true
WHERE caller.token_hash = $1;
