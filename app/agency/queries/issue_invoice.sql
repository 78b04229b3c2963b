-- issue_invoice: issues a draft under the next number of its year; notifies the users in told ($1 actor, $2 idempotency key, $3 request hash, $4 invoice, $5 day of issue, $6 due day, $7 version or NULL, $8 told)
WITH draft AS (
    -- The project is locked until the commit: it is not deleted while an invoice is issued for it.
    SELECT i.id
    FROM invoices AS i
    JOIN projects AS p ON p.id = i.project_id
    WHERE i.id = $4
      AND p.deleted_at IS NULL
      AND i.status = 'draft'
      AND ($7::integer IS NULL OR i.version = $7::integer)
    FOR NO KEY UPDATE OF i
    FOR SHARE OF p
),
counted AS (
    INSERT INTO invoice_counters AS c (year, last_number)
    SELECT extract(YEAR FROM $5::date), 1
    FROM draft
    ON CONFLICT (year) DO UPDATE
    SET last_number = c.last_number + 1
    RETURNING
        c.year,
        c.last_number
),
issued AS (
    UPDATE invoices AS i
    SET
        number = c.year || '-' || to_char(c.last_number, 'FM00000'),
        status = 'sent',
        issued_on = $5::date,
        due_on = $6::date,
        updated_at = now(),
        version = i.version + 1
    FROM draft AS d
    CROSS JOIN counted AS c
    WHERE i.id = d.id
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
    SELECT $1::bigint, m.project_id, 'invoice', m.id, 'issued', m.number
    FROM issued AS m
),
told AS (
    INSERT INTO notifications (user_id, project_id, kind, body)
    SELECT
        r.user_id,
        m.project_id,
        'invoice',
        'Invoice ' || m.number || ' of ' || m.amount || ' ' || m.currency || ' is due on ' || m.due_on || '.'
    FROM issued AS m
    CROSS JOIN LATERAL who_sees($8::bigint[], m.project_id) AS r
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
        FROM issued AS m
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
