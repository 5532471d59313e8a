"""Reports of visits, as phones send them: the protocol's ``wreport``. (CLEA protocol, upload of visits by phones.)"""

PATH = "/api/clea/v1/wreport"


def report_url(base_url: str) -> str:
    """Where a cluster server takes reports; also the audience of a token that authorises one."""
    return base_url.rstrip("/") + PATH
