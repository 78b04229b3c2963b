-- pay_invoice: a payment for an invoice, which is paid once nothing is owed ($1 actor, $2 idempotency key, $3 request hash, $4 invoice, $5 fields as JSON, $6 version or NULL, $7 manager)
WITH given AS (
    SELECT
        n.paid_on,
        n.method,
        n.amount,
        n.reference
    FROM jsonb_populate_record(NULL::payments, $5::jsonb) AS n
),
paid AS (
    UPDATE invoices AS i
    SET
        paid_amount = i.paid_amount + g.amount,
        status = CASE WHEN i.paid_amount + g.amount = i.amount THEN 'paid' ELSE 'sent' END,
        paid_on = CASE WHEN i.paid_amount + g.amount = i.amount THEN g.paid_on END,
        updated_at = now(),
        version = i.version + 1
    FROM given AS g
    WHERE i.id = $4
      AND i.status IN ('sent', 'paid')
      AND i.paid_amount + g.amount BETWEEN 0 AND i.amount
      AND ($6::integer IS NULL OR i.version = $6::integer)
    RETURNING
        i.id,
        i.version,
        i.project_id,
        i.number,
        i.currency,
        i.status,
        i.paid_amount
),
booked AS (
    INSERT INTO payments AS y (invoice_id, paid_on, method, amount, reference)
    SELECT p.id, g.paid_on, g.method, g.amount, g.reference
    FROM paid AS p
    CROSS JOIN given AS g
    RETURNING
        y.id,
        y.invoice_id,
        y.created_at,
        y.paid_on,
        y.method,
        y.amount,
        y.reference
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, p.project_id, 'payment', b.id, 'created', p.number
    FROM paid AS p
    CROSS JOIN booked AS b
    UNION ALL
    SELECT $1::bigint, p.project_id, 'invoice', p.id, 'paid', p.number
    FROM paid AS p
    WHERE p.status = 'paid'
),
told AS (
    INSERT INTO notifications (user_id, project_id, kind, body)
    SELECT
        $7::bigint,
        p.project_id,
        'invoice',
        b.amount || ' ' || p.currency || ' came in for invoice ' || p.number || '.'
    FROM paid AS p
    CROSS JOIN booked AS b
    WHERE $7::bigint <> $1::bigint
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            b.id,
            b.invoice_id,
            b.created_at,
            b.paid_on,
            b.method,
            b.amount,
            b.reference,
            p.status AS invoice_status,
            p.paid_amount AS invoice_paid_amount,
            p.version AS invoice_version
        FROM booked AS b
        CROSS JOIN paid AS p
    ) AS r
),
kept AS (
    INSERT INTO idempotency_keys (user_id, key, request_hash, status, body)
    SELECT $1::bigint, $2::text, $3::bytea, 201, a.body
    FROM answer AS a
    WHERE $2::text IS NOT NULL
)
SELECT a.body
FROM answer AS a;
