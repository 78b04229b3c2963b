"""The server that people work on: put your own host here."""

production = [
    (
        "production",
        {
            "ssh_hostname": "www.example.com",
            "ssh_user": "root",
            "environment": "production",
            "server_name": "www.example.com",
            # `make release` takes only what has been released there, successfully.
            "proven_on": "staging",
        },
    )
]
