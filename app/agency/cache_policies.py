"""The policies of all cached reads; tags.py lists which tags each write renews."""

from app.cache.policy import ABSENT, ACCESS, KB, MINUTE, Policy

USER = Policy(
    namespace="user",
    key="{user}:{shown}",
    tags=("user:{user}", "user:{shown}"),
    seconds=30 * MINUTE,
    early_s=25 * MINUTE,
    max_bytes=16 * KB,
    compress_from=4 * KB,
    made_by=(
        "agency/queries/lists/users.sql",
        "agency/queries/visibility/sees.sql",
        "reading/frames/entity.sql",
        "reading/list_sql.py",
    ),
)
PROJECT = Policy(
    namespace="project",
    key="{project}",
    tags=("project:{project}",),
    seconds=15 * MINUTE,
    early_s=12 * MINUTE,
    max_bytes=64 * KB,
    compress_from=4 * KB,
    made_by=("agency/queries/project.sql",),
)
PROJECT_TASKS = Policy(
    namespace="project_tasks",
    key="{project}:{position}:{limit}",
    tags=("project:{project}",),
    seconds=15 * MINUTE,
    early_s=12 * MINUTE,
    max_bytes=512 * KB,
    compress_from=4 * KB,
    made_by=(
        "agency/queries/lists/tasks.sql",
        "agency/queries/visibility/audience.sql",
        "reading/frames/*.sql",
        "reading/list_sql.py",
        "reading/cursors.py",
        "reading/page.py",
        "reading/shared_pages.py",
    ),
)
USER_DASHBOARD = Policy(
    namespace="user_dashboard",
    key="{user}",
    tags=("user:{user}",),
    seconds=5 * MINUTE,
    early_s=4 * MINUTE,
    max_bytes=64 * KB,
    compress_from=8 * KB,
    made_by=("agency/queries/dashboard_user.sql",),
    outdated_by="changes and midnight",
)
MANAGER_DASHBOARD = Policy(
    namespace="manager_dashboard",
    key="{user}",
    tags=("user:{user}", "manager:{user}"),
    seconds=5 * MINUTE,
    early_s=4 * MINUTE,
    max_bytes=64 * KB,
    compress_from=8 * KB,
    made_by=("agency/queries/dashboard_manager.sql",),
    outdated_by="changes and midnight",
)
CLIENT_DASHBOARD = Policy(
    namespace="client_dashboard",
    key="{user}:{client}",
    tags=("user:{user}", "client:{client}"),
    seconds=5 * MINUTE,
    early_s=4 * MINUTE,
    max_bytes=64 * KB,
    compress_from=8 * KB,
    made_by=("agency/queries/dashboard_client.sql",),
    outdated_by="changes and midnight",
)
# Every write would invalidate it, so its only tag is the user's, and it shows its age.
ADMIN_DASHBOARD = Policy(
    namespace="admin_dashboard",
    key="{user}",
    tags=("user:{user}",),
    seconds=MINUTE,
    early_s=45,
    max_bytes=64 * KB,
    compress_from=8 * KB,
    made_by=("agency/queries/dashboard_admin.sql",),
    outdated_by="age",
)
# One key per user and page of a search. Every change of a project, a person, a client or a membership renews
# `names`.
SEARCH = Policy(
    namespace="search",
    key="{user}:{asked}",
    tags=("user:{user}", "names"),
    seconds=10 * MINUTE,
    early_s=None,
    max_bytes=64 * KB,
    compress_from=4 * KB,
    made_by=("agency/queries/searches/*.sql", "agency/search_sql.py", "agency/searches.py"),
)
SEARCH_TASKS = Policy(
    namespace="search_tasks",
    key="{user}:{asked}",
    tags=("user:{user}", "names", "search_tasks"),
    seconds=10 * MINUTE,
    early_s=None,
    max_bytes=64 * KB,
    compress_from=4 * KB,
    made_by=("agency/queries/searches/*.sql", "agency/search_sql.py", "agency/searches.py"),
)
# Lines of materialized views: their figures change only with a refresh, the names in them immediately.
REPORT = Policy(
    namespace="report",
    key="{user}:{asked}",
    tags=("user:{user}", "names", "reports"),
    seconds=60 * MINUTE,
    early_s=50 * MINUTE,
    max_bytes=512 * KB,
    compress_from=4 * KB,
    made_by=(
        "agency/queries/reports/*.sql",
        "agency/reports/report_sql.py",
        "agency/reports/report.py",
        "reading/cursors.py",
        "reading/page.py",
    ),
)

POLICIES = (
    ACCESS,
    ABSENT,
    USER,
    PROJECT,
    PROJECT_TASKS,
    USER_DASHBOARD,
    MANAGER_DASHBOARD,
    CLIENT_DASHBOARD,
    ADMIN_DASHBOARD,
    SEARCH,
    SEARCH_TASKS,
    REPORT,
)
