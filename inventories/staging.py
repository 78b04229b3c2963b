"""Where a revision proves itself before production sees it: put your own host in here."""

staging = [
    (
        "staging",
        {
            "ssh_hostname": "staging.example.com",
            "ssh_user": "root",
            "environment": "staging",
            "server_name": "staging.example.com",
        },
    )
]
