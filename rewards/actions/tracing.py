"""Over which network a member signed in: a hash that nobody reads, kept for as long as credits may wait."""

from __future__ import annotations

import ipaddress
from datetime import datetime

from django.utils.crypto import salted_hmac

from accounts.models import Member
from rewards.ledger import booked_on
from rewards.models import Trace

# So much of an address is a household's or an office's, whatever machine in it asks.
PREFIX = {4: 24, 6: 64}


def trace(*, member: Member, address: str, agent: str, now: datetime) -> None:
    """Keep that this member was at this network with this browser on this day; nothing for what is no address."""
    hashed = network_hash(address, agent, now)
    if hashed:
        row = Trace(member=member, day=booked_on(now), kind=Trace.Kind.NETWORK, hash=hashed)
        Trace.objects.bulk_create([row], ignore_conflicts=True)


def network_hash(address: str, agent: str, now: datetime) -> str:
    """Equal for the same network and browser in the same month; "" for what is no address. Nobody turns it back."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    network = ipaddress.ip_network((found, PREFIX[found.version]), strict=False)
    salt = f"rewards.trace:{booked_on(now):%Y-%m}"
    return salted_hmac(salt, f"{network}\n{agent}", algorithm="sha256").hexdigest()[:32]
