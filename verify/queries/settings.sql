-- settings: every run-time setting, its unit, and where its value comes from
SELECT
    name,
    setting,
    unit,
    source,
    sourcefile,
    pending_restart
FROM pg_settings;
