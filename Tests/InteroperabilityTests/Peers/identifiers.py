"""Identifiers from flat dictionaries of texts, the counterpart of flatten.py: {"00100010": "A*", "00400100[0].00080060": "CT"}."""

from pydicom import config
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

# Keys hold wildcards and ranges where values may not.
config.settings.reading_validation_mode = config.settings.writing_validation_mode = config.IGNORE
CHARACTER_SET = "00080005"


def value(vr, text):
    if not text:
        return None
    if vr in ("OB", "OW", "UN"):
        return bytes.fromhex(text)
    if vr in ("US", "UL", "SS", "SL", "UV", "SV", "FL", "FD", "AT"):
        read = {"FL": float, "FD": float, "AT": lambda tag: Tag(tag.strip("()").replace(",", ""))}.get(vr, int)
        values = [read(part) for part in text.split("\\")]
        return values if len(values) > 1 else values[0]
    return text


def identifier(texts):
    dataset = Dataset()
    # First: it decides how the others are encoded. The texts of items come in any order.
    for path in sorted(texts, key=lambda path: (path != CHARACTER_SET, path)):
        level = dataset
        *sequences, last = path.split(".")
        for name in sequences:
            tag, number = name.removesuffix("]").split("[")
            tag, number = int(tag, 16), int(number)
            if tag not in level:
                level.add_new(tag, "SQ", Sequence([]))
            items = level[tag].value
            while len(items) <= number:
                items.append(Dataset())
            level = items[number]
        tag = int(last, 16)
        vr = dictionary_VR(tag)
        if vr != "SQ":
            level.add_new(tag, vr, value(vr, texts[path]))
        elif tag not in level:
            level.add_new(tag, "SQ", Sequence([]))
    return dataset
