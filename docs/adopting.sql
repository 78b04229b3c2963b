-- A mapping from the schema `old` (a small tracker) into Bantam's tables. Ids stay.

INSERT INTO clients (id, created_at, name, industry)
OVERRIDING SYSTEM VALUE
SELECT c.id, c.created_at, c.name, 'Other'
FROM old.companies AS c;

-- Bantam tells staff from people of a client, who have a company; every address is there once.
INSERT INTO users (id, client_id, role, email, name)
OVERRIDING SYSTEM VALUE
SELECT
    p.id,
    p.company_id,
    CASE
        WHEN p.company_id IS NOT NULL THEN 'client'
        WHEN p.is_lead THEN 'project_manager'
        ELSE 'team_member'
    END,
    lower(p.email),
    p.name
FROM old.people AS p;

INSERT INTO projects (id, client_id, manager_id, starts_on, due_on, status, budget, name)
OVERRIDING SYSTEM VALUE
SELECT
    j.id,
    j.company_id,
    j.lead_id,
    j.begins,
    greatest(j.ends, j.begins),
    CASE WHEN j.closed THEN 'completed' ELSE 'active' END,
    j.price,
    left(j.title, 200)
FROM old.jobs AS j;

-- Who ever worked on a job is its member, and sees it.
INSERT INTO project_members (project_id, user_id)
SELECT DISTINCT t.job_id, t.person_id
FROM old.tickets AS t
JOIN users AS u ON u.id = t.person_id
WHERE u.role IN ('project_manager', 'team_member')
ON CONFLICT DO NOTHING;

-- Every task is due some day: the last one of its project, if nobody has said.
INSERT INTO tasks (id, project_id, assignee_id, completed_at, due_on, status, title)
OVERRIDING SYSTEM VALUE
SELECT
    t.id,
    t.job_id,
    t.person_id,
    t.done_at,
    coalesce(t.due, p.due_on),
    CASE WHEN t.done_at IS NULL THEN 'todo' ELSE 'done' END,
    left(t.title, 200)
FROM old.tickets AS t
JOIN projects AS p ON p.id = t.job_id;

-- New rows continue after the highest id.
SELECT setval(pg_get_serial_sequence('clients', 'id'), max(c.id))
FROM clients AS c;
SELECT setval(pg_get_serial_sequence('users', 'id'), max(u.id))
FROM users AS u;
SELECT setval(pg_get_serial_sequence('projects', 'id'), max(p.id))
FROM projects AS p;
SELECT setval(pg_get_serial_sequence('tasks', 'id'), max(t.id))
FROM tasks AS t;
