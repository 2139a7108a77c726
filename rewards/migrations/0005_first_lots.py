"""What is settled already becomes lots that never expire: what remains is of the newest, as the oldest is spent first.

The system's accounts are there from now on: of two who made one at once, one waited for the other to commit.
"""

from django.db import migrations

from rewards.triggers import guards_until_here, no_guards

BATCH = 1_000


def forwards(apps, editor):
    Account, Entry, Lot = (apps.get_model("rewards", name) for name in ("Account", "Entry", "Lot"))
    for kind in ("issuance", "payouts", "breakage", "written_off"):
        Account.objects.get_or_create(kind=kind, member=None)
    settled = Account.objects.filter(kind="settled", balance__gt=0).order_by("pk")
    lots = []
    for account_id, member_id, wanted in settled.values_list("pk", "member_id", "balance").iterator():
        gained = Entry.objects.filter(account_id=account_id, amount__gt=0).order_by("-pk").select_related("transfer")
        for entry in gained.iterator():
            amount = min(wanted, entry.amount)
            lots.append(
                Lot(
                    member_id=member_id,
                    origin_id=entry.transfer_id,
                    amount=amount,
                    remaining=amount,
                    earned_on=entry.transfer.booked_on,
                )
            )
            wanted -= amount
            if not wanted:
                break
    Lot.objects.bulk_create(sorted(lots, key=lambda lot: lot.origin_id), batch_size=BATCH)


def backwards(apps, editor):
    apps.get_model("rewards", "Account").objects.filter(kind__in=["breakage", "written_off"], entries=None).delete()


class Migration(migrations.Migration):
    dependencies = [("rewards", "0004_lots_and_seals")]
    operations = [no_guards(), migrations.RunPython(forwards, backwards), guards_until_here()]
