"""Lists what pydicom sees in each file named on standard input: a line "F path", then "path-of-tags VR crc" for each element."""
import sys, warnings, zlib
import pydicom
from pydicom.dataelem import RawDataElement

warnings.simplefilter("ignore")
pydicom.config.settings.reading_validation_mode = 0
# Values stand in the file's byte order: units of numbers are turned around in big endian files.
UNITS = {"AT": 2, "OW": 2, "SS": 2, "US": 2, "US or SS": 2, "FL": 4, "OF": 4, "OL": 4, "SL": 4, "UL": 4, "FD": 8, "OD": 8, "OV": 8, "SV": 8, "UV": 8}


def crc(value, vr, big):
    value = bytes(value or b"")
    unit = UNITS.get(vr, 1)
    if big and unit > 1:
        value = b"".join(value[i:i + unit][::-1] for i in range(0, len(value), unit))
    return zlib.crc32(value.rstrip(b" \0"))


def show(dataset, path, big, out):
    for tag in sorted(dataset.keys()):
        if tag.element == 0:
            continue
        raw = dataset.get_item(tag)
        here = f"{path}{tag.group:04X}{tag.element:04X}"
        vr = raw.VR
        if vr is None or vr == "SQ" or not isinstance(raw, RawDataElement):
            element = dataset[tag]
            vr = element.VR
            if vr == "SQ":
                out.append(f"{here} SQ {len(element.value)}")
                for number, item in enumerate(element.value):
                    show(item, f"{here}.{number}.", big, out)
                continue
        value = raw.value
        if isinstance(value, (list, pydicom.multival.MultiValue)):
            value = "\\".join(value)
        if isinstance(value, str):
            value = value.encode("latin-1")
        vr = getattr(vr, "value", vr).replace(" or ", "/")
        out.append(f"{here} {vr} {crc(value, vr, big):08X}")


for line in sys.stdin:
    name = line.rstrip("\n")
    try:
        dataset, lines = pydicom.dcmread(name, force=True), []
        show(dataset, "", not dataset.is_little_endian, lines)
        print("F", name)
        print("\n".join(lines))
    except Exception as problem:
        print("E", name, problem, file=sys.stderr)
