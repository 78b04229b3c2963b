CREATE INDEX users_name_trigrams ON users USING gin (name gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX users_role_name ON users (role, name, id) WHERE deactivated_at IS NULL;
CREATE INDEX projects_status_due ON projects (status, due_on, id) WHERE deleted_at IS NULL;
CREATE INDEX invoices_status ON invoices (status, id);
