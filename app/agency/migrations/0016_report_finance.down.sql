DELETE FROM report_refreshes WHERE view IN ('report_finance', 'report_revenue');
DROP MATERIALIZED VIEW report_revenue;
DROP MATERIALIZED VIEW report_finance;
