-- void_invoice: voids an unpaid invoice; notifies the users in told ($1 actor, $2 idempotency key, $3 request hash, $4 invoice, $5 version or NULL, $6 told)
WITH voided AS (
    UPDATE invoices AS i
    SET
        status = 'void',
        updated_at = now(),
        version = i.version + 1
    WHERE i.id = $4
      AND i.status IN ('draft', 'sent')
      AND i.paid_amount = 0
      AND ($5::integer IS NULL OR i.version = $5::integer)
    RETURNING
        i.id,
        i.version,
        i.project_id,
        i.client_id,
        i.number,
        i.status,
        i.currency,
        i.amount,
        i.paid_amount,
        i.issued_on,
        i.due_on,
        i.paid_on,
        i.created_at,
        i.updated_at
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, m.project_id, 'invoice', m.id, 'voided', coalesce(m.number, 'Draft')
    FROM voided AS m
),
told AS (
    INSERT INTO notifications (user_id, project_id, kind, body)
    SELECT r.user_id, m.project_id, 'invoice', 'Invoice ' || m.number || ' is void.'
    FROM voided AS m
    CROSS JOIN LATERAL who_sees($6::bigint[], m.project_id) AS r
    WHERE m.number IS NOT NULL
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            m.id,
            m.version,
            m.project_id,
            m.client_id,
            m.number,
            m.status,
            m.currency,
            m.amount,
            m.paid_amount,
            m.issued_on,
            m.due_on,
            m.paid_on,
            m.created_at,
            m.updated_at,
            (
                SELECT json_agg(row_to_json(t) ORDER BY t.position)
                FROM (
                    SELECT n.position, n.quantity, n.unit_price, n.amount, n.description
                    FROM invoice_items AS n
                    WHERE n.invoice_id = m.id
                ) AS t
            ) AS items
        FROM voided AS m
    ) AS r
),
kept AS (
    INSERT INTO idempotency_keys (user_id, key, request_hash, status, body)
    SELECT $1::bigint, $2::text, $3::bytea, 200, a.body
    FROM answer AS a
    WHERE $2::text IS NOT NULL
)
SELECT a.body
FROM answer AS a;
