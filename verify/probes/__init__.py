"""What the checks ask with: ssh, HTTP, Redis, the firewall, units; none of them judges."""
