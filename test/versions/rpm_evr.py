# reads a<TAB>b; prints -1, 0, 1, or ? where rpm takes one for no version
import sys

import rpm

for line in sys.stdin:
    try:
        a, b = map(rpm.ver, line.rstrip("\n").split("\t"))
        print((a > b) - (a < b))
    except ValueError:
        print("?")
