DROP MATERIALIZED VIEW report_revenue;
DELETE FROM report_refreshes WHERE view = 'report_revenue';
