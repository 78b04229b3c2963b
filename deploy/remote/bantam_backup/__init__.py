"""What a server does about its own backups, by way of pgBackRest; it knows no other code of ours."""
