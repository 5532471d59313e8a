"""The same health for programs: Prometheus's text format (https://prometheus.io/docs/instrumenting/exposition_formats/)."""

from collections.abc import Iterable

from clea_portal.monitoring.lines import Group, Measure, severity

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def written(groups: Iterable[Group]) -> str:
    """Each measure once, those of a name together, and the light of every line as ``clea_health``."""
    measures: dict[str, list[Measure]] = {}
    for group in groups:
        for line in group.lines:
            light = Measure(
                name="clea_health",
                about="How a line of the health page is: 0 green, 1 amber, 2 red.",
                value=severity(line.light),
                labels={"line": line.key},
            )
            for measure in (light, *line.measures):
                measures.setdefault(measure.name, []).append(measure)
    text = []
    for name, found in measures.items():
        text += [f"# HELP {name} {_escaped(found[0].about)}", f"# TYPE {name} gauge"]
        text += [f"{name}{_labels(measure)} {_number(measure.value)}" for measure in found]
    return "\n".join([*text, ""])


def _labels(measure: Measure) -> str:
    if not measure.labels:
        return ""
    pairs = ",".join(f'{name}="{_escaped(value).replace(chr(34), chr(92) + chr(34))}"' for name, value in measure.labels.items())
    return f"{{{pairs}}}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _number(value: float) -> str:
    return repr(value) if isinstance(value, int) else repr(float(value))
