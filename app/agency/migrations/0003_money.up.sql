-- What clients are charged.

CREATE TABLE invoices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id bigint NOT NULL REFERENCES clients,
    project_id bigint NOT NULL REFERENCES projects,
    created_at timestamptz NOT NULL DEFAULT now(),
    issued_on date,
    due_on date,
    paid_on date,
    status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'sent', 'paid', 'void')),
    currency text NOT NULL DEFAULT 'EUR' CHECK (currency ~ '^[A-Z]{3}$'),
    number text NOT NULL UNIQUE,
    amount numeric(12, 2) NOT NULL CHECK (amount >= 0),
    CONSTRAINT invoices_due_after_issue CHECK (due_on >= issued_on),
    CONSTRAINT invoices_issued_unless_draft
        CHECK (status IN ('draft', 'void') OR (issued_on IS NOT NULL AND due_on IS NOT NULL)),
    CONSTRAINT invoices_paid_has_day CHECK ((status = 'paid') = (paid_on IS NOT NULL))
) WITH (fillfactor = 90);
COMMENT ON TABLE invoices IS 'Invoices of a project to its client. Overdue is not a state: sent, with due_on in the past.';
CREATE INDEX invoices_client_id ON invoices (client_id);
CREATE INDEX invoices_project_id ON invoices (project_id);

GRANT SELECT, INSERT, UPDATE ON invoices TO bantam_app;
