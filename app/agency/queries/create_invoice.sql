-- create_invoice: a new draft for a project's client ($1 actor, $2 idempotency key, $3 request hash, $4 project, $5 currency, $6 due day or NULL, $7 items as JSON)
WITH given AS (
    SELECT
        g.position,
        i.quantity,
        i.unit_price,
        i.description
    FROM jsonb_array_elements($7::jsonb) WITH ORDINALITY AS g (item, position)
    CROSS JOIN LATERAL jsonb_to_record(g.item) AS i (
        quantity numeric(10, 2), unit_price numeric(12, 2), description text
    )
),
made AS (
    INSERT INTO invoices AS i (client_id, project_id, currency, due_on, amount)
    SELECT
        p.client_id,
        p.id,
        $5,
        $6::date,
        (SELECT sum(round(g.quantity * g.unit_price, 2)) FROM given AS g)
    FROM projects AS p
    WHERE p.id = $4
      AND p.deleted_at IS NULL
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
lines AS (
    INSERT INTO invoice_items AS t (invoice_id, position, quantity, unit_price, description)
    SELECT m.id, g.position, g.quantity, g.unit_price, g.description
    FROM made AS m
    CROSS JOIN given AS g
    RETURNING
        t.position,
        t.quantity,
        t.unit_price,
        t.amount,
        t.description
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, m.project_id, 'invoice', m.id, 'created', 'Draft of ' || m.amount || ' ' || m.currency
    FROM made AS m
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
                    FROM lines AS n
                ) AS t
            ) AS items
        FROM made AS m
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
