# reads a<TAB>b; prints -1, 0, 1, or ? where packaging takes one for no version
import sys

from packaging.version import InvalidVersion, Version

for line in sys.stdin:
    try:
        a, b = map(Version, line.rstrip("\n").split("\t"))
        print((a > b) - (a < b))
    except InvalidVersion:
        print("?")
