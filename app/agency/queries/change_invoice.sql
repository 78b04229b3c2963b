-- change_invoice: the draft with a new due day or new items ($1 actor, $2 invoice, $3 version or NULL, $4 whether the due day changes, $5 due day or NULL, $6 items as JSON or NULL)
WITH given AS (
    SELECT
        g.position,
        i.quantity,
        i.unit_price,
        i.description
    FROM jsonb_array_elements($6::jsonb) WITH ORDINALITY AS g (item, position)
    CROSS JOIN LATERAL jsonb_to_record(g.item) AS i (
        quantity numeric(10, 2), unit_price numeric(12, 2), description text
    )
),
changed AS (
    UPDATE invoices AS i
    SET
        due_on = CASE WHEN $4::boolean THEN $5::date ELSE i.due_on END,
        amount = coalesce((SELECT sum(round(g.quantity * g.unit_price, 2)) FROM given AS g), i.amount),
        updated_at = now(),
        version = i.version + 1
    WHERE i.id = $2
      AND i.status = 'draft'
      AND ($3::integer IS NULL OR i.version = $3::integer)
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
replaced AS (
    DELETE FROM invoice_items AS t
    USING changed AS c
    WHERE t.invoice_id = c.id
      AND $6::jsonb IS NOT NULL
      AND t.position > (SELECT count(*) FROM given)
),
lines AS (
    INSERT INTO invoice_items AS t (invoice_id, position, quantity, unit_price, description)
    SELECT c.id, g.position, g.quantity, g.unit_price, g.description
    FROM changed AS c
    CROSS JOIN given AS g
    ON CONFLICT (invoice_id, position) DO UPDATE
    SET
        quantity = excluded.quantity,
        unit_price = excluded.unit_price,
        description = excluded.description
    RETURNING
        t.position,
        t.quantity,
        t.unit_price,
        t.amount,
        t.description
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, c.project_id, 'invoice', c.id, 'changed', 'Draft of ' || c.amount || ' ' || c.currency
    FROM changed AS c
),
standing AS (
    SELECT t.position, t.quantity, t.unit_price, t.amount, t.description
    FROM lines AS t
    UNION ALL
    SELECT t.position, t.quantity, t.unit_price, t.amount, t.description
    FROM invoice_items AS t
    WHERE t.invoice_id = $2
      AND $6::jsonb IS NULL
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
                    FROM standing AS n
                ) AS t
            ) AS items
        FROM changed AS m
    ) AS r
)
SELECT a.body
FROM answer AS a;
