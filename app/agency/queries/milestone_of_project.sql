-- milestone_of_project: whether a milestone belongs to a project ($1 milestone, $2 project)
SELECT EXISTS (
    SELECT
    FROM milestones AS m
    WHERE m.id = $1
      AND m.project_id = $2
      AND m.deleted_at IS NULL
);
