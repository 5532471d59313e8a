def guide() -> dict[str, object]:
    return {}
