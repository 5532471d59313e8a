from clea_portal.audit.models import AuditEvent


def verbs():
    """What the trail holds, oldest first: verb, who, details."""
    return list(AuditEvent.objects.order_by("pk").values_list("verb", "actor", "details"))
