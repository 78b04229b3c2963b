DROP FUNCTION field_changes(jsonb, jsonb);
DROP TABLE activity;
