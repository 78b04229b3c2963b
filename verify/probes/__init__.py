"""Helpers of the checks: ssh, HTTP, Redis, the firewall, units; they only read, never judge."""
