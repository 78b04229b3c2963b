DROP MATERIALIZED VIEW report_projects;
DROP TABLE report_refreshes;
