-- Who did what and when, and what it changed.

CREATE TABLE activity (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor_id bigint NOT NULL REFERENCES users,
    project_id bigint REFERENCES projects,
    entity_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    entity text NOT NULL CHECK (
        entity IN (
            'client', 'user', 'project', 'member', 'milestone', 'task', 'comment', 'time_entry', 'invoice', 'payment',
            'thread', 'message'
        )
    ),
    action text NOT NULL CHECK (
        action IN ('created', 'changed', 'moved', 'completed', 'reopened', 'deleted', 'issued', 'paid', 'voided')
    ),
    title text NOT NULL,
    changes jsonb
);
COMMENT ON TABLE activity IS
    'The feed, newest first by id; written by the statement that did it. Rows are never changed.';
COMMENT ON COLUMN activity.project_id IS 'Whose feed it stands in; NULL (a client, a user) is for admins only.';
COMMENT ON COLUMN activity.entity_id IS
    'The id in the entity''s table; no foreign key, as it is not always the same table. That of a member is the user.';
COMMENT ON COLUMN activity.title IS 'What the entity was called then.';
COMMENT ON COLUMN activity.changes IS 'Field to [before, after] for what was changed or moved.';
CREATE INDEX activity_project ON activity (project_id, id) WHERE project_id IS NOT NULL;
CREATE INDEX activity_actor ON activity (actor_id, id);
CREATE INDEX activity_entity ON activity (entity, entity_id, id);

GRANT SELECT, INSERT ON activity TO bantam_app;

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
