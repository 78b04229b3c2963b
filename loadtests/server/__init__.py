"""The server's own side of a load: CPU, memory and services, sampled over ssh."""
