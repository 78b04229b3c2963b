-- What an invoice is made of and what was paid for it. An invoice is never deleted: it is void.

ALTER TABLE invoices
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN paid_amount numeric(12, 2) NOT NULL DEFAULT 0;
COMMENT ON COLUMN invoices.version IS 'Raised by every statement that changes the row; the ETag.';
COMMENT ON COLUMN invoices.amount IS 'The sum of its items, net; written by the statement that writes them.';
COMMENT ON COLUMN invoices.paid_amount IS
    'The sum of its payments; kept here so that what is owed needs no join, and so that the row''s own check refuses '
    'the payment that is too much, whoever pays at the same moment.';

-- A draft has no number: numbers have no gaps (invoice_counters) and are given when an invoice is issued.
ALTER TABLE invoices ALTER COLUMN number DROP NOT NULL;
COMMENT ON COLUMN invoices.number IS 'Year and running number, 2026-00042, given when issued.';
UPDATE invoices
SET
    number = CASE WHEN issued_on IS NOT NULL THEN number END,
    paid_amount = CASE WHEN status = 'paid' THEN amount ELSE 0 END;
ALTER TABLE invoices
    ADD CONSTRAINT invoices_numbered_when_issued CHECK ((number IS NULL) = (issued_on IS NULL)),
    ADD CONSTRAINT invoices_paid_at_most_amount CHECK (paid_amount BETWEEN 0 AND amount),
    ADD CONSTRAINT invoices_paid_in_full CHECK (status <> 'paid' OR paid_amount = amount),
    ADD CONSTRAINT invoices_paid_only_when_sent CHECK (status IN ('sent', 'paid') OR paid_amount = 0);

CREATE TABLE invoice_counters (
    year smallint PRIMARY KEY,
    last_number integer NOT NULL CHECK (last_number > 0)
);
COMMENT ON TABLE invoice_counters IS
    'The last invoice number of each year. A row and not a sequence: a sequence leaves gaps, the row is locked until '
    'the issuing statement commits.';

CREATE TABLE invoice_items (
    invoice_id bigint NOT NULL REFERENCES invoices,
    position smallint NOT NULL CHECK (position > 0),
    quantity numeric(10, 2) NOT NULL CHECK (quantity > 0),
    unit_price numeric(12, 2) NOT NULL,
    amount numeric(12, 2) NOT NULL GENERATED ALWAYS AS (round(quantity * unit_price, 2)) STORED,
    description text NOT NULL CHECK (length(description) BETWEEN 1 AND 500),
    PRIMARY KEY (invoice_id, position)
);
COMMENT ON TABLE invoice_items IS 'The lines of an invoice; their amounts add up to invoices.amount.';
COMMENT ON COLUMN invoice_items.unit_price IS 'Negative for a discount.';

CREATE TABLE payments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invoice_id bigint NOT NULL REFERENCES invoices,
    created_at timestamptz NOT NULL DEFAULT now(),
    paid_on date NOT NULL,
    method text NOT NULL CHECK (method IN ('bank_transfer', 'direct_debit', 'card')),
    amount numeric(12, 2) NOT NULL CHECK (amount <> 0),
    reference text NOT NULL DEFAULT ''
);
COMMENT ON TABLE payments IS
    'Money that came in. Rows are never changed: a refund or a correction is a negative payment.';
CREATE INDEX payments_invoice ON payments (invoice_id, id);
CREATE INDEX payments_paid_on ON payments (paid_on, id) INCLUDE (amount, invoice_id);

INSERT INTO invoice_items (invoice_id, position, quantity, unit_price, description)
SELECT i.id, 1, 1, i.amount, 'Services'
FROM invoices AS i;
INSERT INTO payments (invoice_id, paid_on, method, amount)
SELECT i.id, i.paid_on, 'bank_transfer', i.amount
FROM invoices AS i
WHERE i.paid_amount > 0;

REVOKE UPDATE ON invoices FROM bantam_app;
GRANT UPDATE (
    number, issued_on, due_on, paid_on, status, amount, paid_amount, updated_at, version
) ON invoices TO bantam_app;
GRANT SELECT, INSERT, UPDATE (last_number) ON invoice_counters TO bantam_app;
-- A draft's items are written over where they stand: one statement cannot delete a row and insert it again.
GRANT SELECT, INSERT, UPDATE (quantity, unit_price, description), DELETE ON invoice_items TO bantam_app;
GRANT SELECT, INSERT ON payments TO bantam_app;
