DROP TABLE payments;
DROP TABLE invoice_items;
DROP TABLE invoice_counters;
ALTER TABLE invoices
    DROP CONSTRAINT invoices_numbered_when_issued,
    DROP COLUMN updated_at,
    DROP COLUMN version,
    DROP COLUMN paid_amount;
UPDATE invoices
SET number = 'R' || id
WHERE number IS NULL;
ALTER TABLE invoices ALTER COLUMN number SET NOT NULL;
COMMENT ON COLUMN invoices.amount IS NULL;
COMMENT ON COLUMN invoices.number IS NULL;
REVOKE UPDATE ON invoices FROM bantam_app;
GRANT UPDATE ON invoices TO bantam_app;
