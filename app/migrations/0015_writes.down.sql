REVOKE UPDATE (quantity, unit_price, description) ON invoice_items FROM bantam_app;
REVOKE USAGE ON SEQUENCE messages_id_seq FROM bantam_app;
DROP FUNCTION field_changes(jsonb, jsonb);
DELETE FROM notifications WHERE kind IN ('comment', 'project');
ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check CHECK (
    kind IN ('task_assigned', 'task_due', 'task_done', 'message', 'invoice', 'member_added')
);
