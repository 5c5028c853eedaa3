"""A data set as pydicom reads it, as a flat dictionary of texts: what the tests compare attribute by attribute.

Keys are `GGGGEEEE`, within sequences `GGGGEEEE[item].GGGGEEEE`; values of a multi-valued attribute are joined by a backslash,
an empty one is "", and a sequence itself is the number of its items."""


def text(value):
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()
    if hasattr(value, "__iter__") and not isinstance(value, str) and type(value).__name__ != "PersonName":
        return "\\".join(text(part) for part in value)
    return str(value)


def flatten(dataset, prefix="", into=None):
    into = {} if into is None else into
    for element in dataset:
        name = f"{prefix}{element.tag.group:04X}{element.tag.element:04X}"
        if element.VR == "SQ":
            into[name] = f"{len(element.value)} items"
            for number, item in enumerate(element.value):
                flatten(item, f"{name}[{number}].", into)
        else:
            into[name] = text(element.value)
    return into
