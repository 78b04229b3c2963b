CREATE INDEX report_team_utilization ON report_team (month, utilization, user_id);
CREATE INDEX tasks_assignee_open_due ON tasks (assignee_id, due_on, id)
    WHERE completed_at IS NULL AND deleted_at IS NULL;
