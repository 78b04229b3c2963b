"""Where a revision proves itself before production: put your own host here."""

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
