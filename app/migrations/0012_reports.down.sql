DROP TABLE report_refreshes;
DROP MATERIALIZED VIEW report_team;
DROP MATERIALIZED VIEW report_finance;
DROP MATERIALIZED VIEW report_time;
DROP MATERIALIZED VIEW report_projects;
