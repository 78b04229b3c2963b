DELETE FROM report_refreshes WHERE view IN ('report_team', 'report_team_months');
DROP MATERIALIZED VIEW report_team_months;
DROP MATERIALIZED VIEW report_team;
