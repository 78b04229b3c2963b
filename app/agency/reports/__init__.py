"""The reports: pages of materialized views, CSV, files of past months."""
