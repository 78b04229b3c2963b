-- What the writes need: who was told what about comments and projects, and what an edit has changed.

ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check CHECK (
    kind IN ('task_assigned', 'task_due', 'task_done', 'message', 'invoice', 'member_added', 'comment', 'project')
);

CREATE FUNCTION field_changes(before jsonb, given jsonb)
RETURNS jsonb
LANGUAGE sql
IMMUTABLE
BEGIN ATOMIC
    SELECT jsonb_object_agg(g.key, jsonb_build_array(before -> g.key, g.value))
    FROM jsonb_each(given) AS g
    WHERE g.value <> before -> g.key;
END;
COMMENT ON FUNCTION field_changes(jsonb, jsonb) IS
    'Field to [before, after] of the given fields that differ, NULL when none does: activity.changes.';
REVOKE ALL ON FUNCTION field_changes(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION field_changes(jsonb, jsonb) TO bantam_app;

-- A thread names its last message and a message its thread: the statement that starts one needs a number before the
-- row is there.
GRANT USAGE ON SEQUENCE messages_id_seq TO bantam_app;

-- A draft's items are written over where they stand: one statement cannot delete a row and insert it again.
GRANT UPDATE (quantity, unit_price, description) ON invoice_items TO bantam_app;
