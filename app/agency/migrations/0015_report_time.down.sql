DELETE FROM report_refreshes WHERE view IN ('report_time', 'report_time_months');
DROP MATERIALIZED VIEW report_time_months;
DROP MATERIALIZED VIEW report_time;
