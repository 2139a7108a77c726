"""Requests from the server to others: never to an address of the own network, whoever wrote the address."""

from __future__ import annotations

from django.conf import settings
from requests import Session
from requests.adapters import HTTPAdapter
from requests_hardened import Config, Manager

# Seconds to connect and to wait for an answer.
TIMEOUT = (5.0, 15.0)

_MANAGER = Manager(
    Config(
        ip_filter_enable=True,
        ip_filter_allow_loopback_ips=False,
        never_redirect=False,
        default_timeout=TIMEOUT,
        user_agent_override="Entraide",
    )
)


def session() -> Session:
    """A session that refuses private, loopback and link-local addresses, after each redirect too.

    The address that was checked is the one that is connected to. Raises requests.RequestException for a refusal
    as for any other failure. Hosts that an operator named (an own sign-in server) are reached wherever they are.
    """
    made: Session = _MANAGER.get_session()
    for host in settings.ENTRAIDE["PRIVATE_HOSTS_ALLOWED"]:
        for scheme in ("http", "https"):
            # A whole name: "sso.example" must not let "sso.example.org" through.
            for end in ("/", ":"):
                made.mount(f"{scheme}://{host}{end}", HTTPAdapter())
    return made
