"""A slow, obvious matcher over OSV documents, and random catalogues for it.

    model.py make FOLDER IMAGES SEED [REAL]   writes what the test loads
    model.py pairs FOLDER ORDERING            versions to compare, a<TAB>b
    model.py expect FOLDER                    findings, by the tools' answers

The documents are evaluated as the OSV schema says: a version is affected if it
is listed, or if going through the sorted events of a range up to it leaves the
range vulnerable.  Versions are compared by the ecosystems' own tools alone: their
answers to the pairs lie in FOLDER/ORDERING.answers.  REAL is a folder of
*-osv.jsonl and sbom*.cdx.json.
"""
import functools
import glob
import json
import os
import random
import re
import sys

# ecosystem of OSV: ordering, package URL of a name and version
ECOSYSTEMS = {
    "npm": ("semver", "pkg:npm/%s@%s"),
    "PyPI": ("pep440", "pkg:pypi/%s@%s"),
    "RubyGems": ("gem", "pkg:gem/%s@%s"),
    "Maven": ("maven", "pkg:maven/org.test/%s@%s"),
    "Go": ("go", "pkg:golang/test.org/%s@v%s"),
    "Debian:12": ("dpkg", "pkg:deb/debian/%s-bin@0?upstream=%s%%40%s&distro=debian-12"),
    "Rocky Linux:9": ("rpm", "pkg:rpm/rocky/%s@%s?distro=rocky-9.2"),
}
TYPES = {"golang": "Go", "pypi": "PyPI", "npm": "npm", "gem": "RubyGems", "maven": "Maven"}


def random_version(ecosystem):
    parts = [str(random.choice([0, 1, 1, 2, 3, 9, 10, 11])) for _ in range(3)]
    version = ".".join(parts)
    if ecosystem == "Debian:12":
        return version + random.choice(["", "-1", "-1+deb12u1", "-1+deb12u2", "~rc1-1", "-2"])
    if ecosystem == "Rocky Linux:9":
        return version + random.choice(["-1.el9", "-2.el9", "-1.el9_2", "~rc1-1.el9", "^git1-1.el9"])
    if ecosystem == "PyPI":
        return version + random.choice(["", "", "", "rc1", "a2", ".post1", ".dev3"])
    if ecosystem == "RubyGems":
        return version + random.choice(["", "", "", ".rc1", ".beta2", ".pre"])
    if ecosystem == "Maven":
        return version + random.choice(["", "", "", "-rc1", "-SNAPSHOT", "-alpha-1"])
    return version + random.choice(["", "", "", "-rc.1", "-alpha", "-0.20200101000000-0123456789ab"])


def package_name(ecosystem, number):
    name = "p%d" % number
    if ecosystem == "Maven":
        return "org.test:" + name
    if ecosystem == "Go":
        return "test.org/" + name
    return name


def purl_of(ecosystem, number, version):
    form = ECOSYSTEMS[ecosystem][1]
    version = version.replace("+", "%2B")
    name = "p%d" % number
    return form % ((name, name, version) if form.count("%s") == 3 else (name, version))


def random_range(ecosystem):
    events = []
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        events.append({"introduced": random.choice(["0", random_version(ecosystem)])})
        kind = random.choice(["fixed", "fixed", "fixed", "last_affected", None])
        if kind:
            events.append({kind: random_version(ecosystem)})
    if random.random() < 0.1:
        events.append({"limit": random_version(ecosystem)})
    if random.random() < 0.2:
        random.shuffle(events)
    kind = "SEMVER" if ecosystem in ("npm", "Go") else "ECOSYSTEM"
    return {"type": kind, "events": events}


def random_affected():
    ecosystem = random.choice(list(ECOSYSTEMS))
    affected = {"package": {"ecosystem": ecosystem, "name": package_name(ecosystem, random.randrange(12))}}
    if random.random() < 0.9:
        affected["ranges"] = [random_range(ecosystem) for _ in range(random.choice([1, 1, 2]))]
    if random.random() < 0.3:
        affected["versions"] = [random_version(ecosystem) for _ in range(5)]
    if random.random() < 0.1:
        affected.setdefault("ranges", []).append({"type": "GIT", "repo": "r", "events": [{"introduced": "0"}]})
    return affected


def random_document(number):
    document = {"id": random.choice(["GHSA-%04d-aaaa-bbbb", "PYSEC-1999-%d", "X-%d"]) % number,
                "affected": [random_affected() for _ in range(random.choice([1, 1, 1, 2, 3]))]}
    if random.random() < 0.7:
        document["aliases"] = ["CVE-2024-%04d" % random.randrange(1000, 1150)]
    if random.random() < 0.05:
        document["withdrawn"] = "2024-01-01T00:00:00Z"
    return document


def real_images(folder):
    """Components of the SBOMs, and names of the documents in versions they speak of."""
    images = []
    for path in sorted(glob.glob(os.path.join(folder, "sbom*.cdx.json"))):
        with open(path) as file:
            components = json.load(file)["components"]
        images.append([c["purl"] for c in components if "purl" in c])
    return images


def real_documents(folder):
    documents = []
    for path in sorted(glob.glob(os.path.join(folder, "*-osv.jsonl"))):
        with open(path) as file:
            documents += [json.loads(line) for line in file]
    return documents


def versions_of(documents):
    """Packages that documents speak of, in versions at and between their bounds."""
    found = set()
    for document in documents:
        for affected in document.get("affected", []):
            ecosystem, name = affected["package"]["ecosystem"], affected["package"]["name"]
            form = {"Go": "pkg:golang/%s@v%s", "PyPI": "pkg:pypi/%s@%s"}.get(ecosystem)
            if form is None or "/" not in name and ecosystem == "Go" or not re.match(r"^[\w./-]+$", name):
                continue
            versions = affected.get("versions", [])[:20]
            for entry in affected.get("ranges", []):
                if entry["type"] != "GIT":
                    versions += [next(iter(e.values())) for e in entry["events"]]
            found |= {form % (name, v.replace("+", "%2B")) for v in versions if v != "0"}
    return sorted(found)


def make(folder, nimages, seed, real=None):
    random.seed(seed)
    documents = [random_document(n) for n in range(600)]
    images = [[purl_of(e, random.randrange(12), random_version(e))
               for e in random.choices(list(ECOSYSTEMS), k=20)] for _ in range(nimages)]
    if real:
        known = real_documents(real)
        images += real_images(real)
        purls = versions_of(known)
        random.shuffle(purls)
        images += [purls[i:i + 200] for i in range(0, min(len(purls), 4000), 200)]
        documents += known
    # the second load lacks some documents, has some new, some changed and some again
    later = [random_document(n) if random.random() < 0.2 else d
             for n, d in enumerate(documents) if random.random() < 0.9]
    sboms = [{"image": "model@sha256:%064x" % n,
              "sbom": {"bomFormat": "CycloneDX", "components": [{"type": "library", "purl": p} for p in purls]}}
             for n, purls in enumerate(images)]
    for name, value in (("images", images), ("sboms", sboms), ("first", documents), ("second", later)):
        with open(os.path.join(folder, name), "w") as file:
            for entry in value:
                file.write(json.dumps(entry) + "\n")


def load(folder, name):
    with open(os.path.join(folder, name)) as file:
        return [json.loads(line) for line in file]


def unquote(text):
    return re.sub("%([0-9A-Fa-f]{2})", lambda m: chr(int(m.group(1), 16)), text)


def package_of(purl):
    """Ecosystem, name and version that advisories of a package go by."""
    body, _, qualifiers = purl[4:].partition("?")
    path, _, version = body.rpartition("@")
    kind, _, name = path.partition("/")
    name, version = unquote(name), unquote(version)
    if kind == "deb":
        source = unquote(re.search("upstream=([^&]*)", qualifiers).group(1))
        return "Debian:12", source.split("@")[0], source.split("@")[1]
    if kind == "rpm":
        return "Rocky Linux:9", name.split("/")[1], version
    if kind == "maven":
        name = name.replace("/", ":")
    return TYPES.get(kind), name, version


def comparable(ecosystem, name):
    if ecosystem == "PyPI":
        return re.sub("[-_.]+", "-", name).lower()
    return name.lower() if ecosystem in ("npm", "Go") else name


def candidates(images, documents):
    """Every package with every part of a document that has its name."""
    by_name = {}
    for document in documents:
        if "withdrawn" in document:
            continue
        for affected in document["affected"]:
            package = affected["package"]
            key = package["ecosystem"], comparable(package["ecosystem"], package["name"])
            by_name.setdefault(key, []).append((document, affected))
    for image, purls in enumerate(images):
        for purl in purls:
            ecosystem, name, version = package_of(purl)
            if ecosystem is None:
                continue
            for document, affected in by_name.get((ecosystem, comparable(ecosystem, name)), []):
                yield image, purl, ecosystem, version, document, affected


def events_of(entry):
    return [(kind, version) for event in entry["events"] for kind, version in event.items()]


def pairs(folder, ordering):
    images = load(folder, "images")
    wanted = set()
    for load_name in ("first", "second"):
        for _, _, ecosystem, version, document, affected in candidates(images, load(folder, load_name)):
            if ECOSYSTEMS[ecosystem][0] != ordering:
                continue
            wanted |= {(version, listed) for listed in affected.get("versions", [])}
            for entry in affected.get("ranges", []):
                if entry["type"] != "GIT":
                    bounds = [v for _, v in events_of(entry)] + [version]
                    wanted |= {(a, b) for a in bounds for b in bounds}
    # fixes of all advisories of a package are compared with each other
    fixes = {}
    for load_name in ("first", "second"):
        for _, purl, ecosystem, _, _, affected in candidates(images, load(folder, load_name)):
            if ECOSYSTEMS[ecosystem][0] == ordering:
                fixes.setdefault(purl, set()).update(
                    v for entry in affected.get("ranges", []) if entry["type"] != "GIT"
                    for kind, v in events_of(entry) if kind == "fixed")
    for versions in fixes.values():
        wanted |= {(a, b) for a in versions for b in versions}
    for a, b in sorted(wanted):
        print("%s\t%s" % (a, b))


class Unknown(Exception):
    """The tool takes one of the two for no version."""


def read_answers(folder):
    answers = {}
    for path in glob.glob(os.path.join(folder, "*.answers")):
        ordering = os.path.basename(path)[:-len(".answers")]
        with open(path) as file:
            for line in file:
                a, b, answer = line.rstrip("\n").split("\t")
                answers[ordering, a, b] = answer
    return answers


def evaluate(compare, version, affected):
    """Is the version affected, and by which version is that fixed ("" if by none)?"""
    hit, fixed_by = False, ""
    for listed in affected.get("versions", []):
        hit = hit or compare(version, listed) == 0
    for entry in affected.get("ranges", []):
        if entry["type"] == "GIT":
            continue
        events = events_of(entry)
        limits = [v for kind, v in events if kind == "limit"]
        if limits and all(compare(version, v) >= 0 for v in limits):
            continue

        def order(left, right):
            if "0" in (left[1], right[1]):
                return (left[1] != "0") - (right[1] != "0")
            return compare(left[1], right[1])

        vulnerable, fix = False, ""
        for kind, bound in sorted(events, key=functools.cmp_to_key(order)):
            place = 1 if bound == "0" and kind == "introduced" else compare(version, bound)
            if kind == "introduced" and place >= 0:
                vulnerable, fix = True, ""
            elif kind == "fixed" and place >= 0:
                vulnerable = False
            elif kind == "last_affected" and place > 0:
                vulnerable = False
            elif vulnerable and place < 0 and kind == "fixed" and not fix:
                fix = bound
            elif vulnerable and kind == "last_affected" and not fix:
                fix = "none"
        if vulnerable:
            hit = True
            if fix not in ("", "none") and (not fixed_by or compare(fixed_by, fix) < 0):
                fixed_by = fix
    return hit, fixed_by


def finding_name(document):
    texts = [document["id"]] + document.get("aliases", []) + document.get("upstream", [])
    texts += [r.get("url", "") for r in document.get("references", [])]
    for pattern in (r"CVE-\d{4}-\d+", r"GHSA-\w{4}-\w{4}-\w{4}", r"[A-Z]+-\d{4}[-:]\d+"):
        for text in texts:
            found = re.search(pattern, text)
            if found:
                return found.group(0)
    return document["id"]


def expect(folder):
    answers = read_answers(folder)
    orderings = {ordering for ordering, _, _ in answers}
    images = load(folder, "images")
    for load_name in ("first", "second"):
        findings, unknown = {}, set()
        for image, purl, ecosystem, version, document, affected in candidates(images, load(folder, load_name)):
            ordering = ECOSYSTEMS[ecosystem][0]

            def compare(a, b):
                answer = answers.get((ordering, a, b), "?")
                if answer == "?":
                    raise Unknown
                return int(answer)

            key = image, purl, finding_name(document)
            if ordering not in orderings:
                unknown.add(key)
                continue
            try:
                hit, fixed_by = evaluate(compare, version, affected)
                if hit:
                    before = findings.get(key, "")
                    if before == "" or fixed_by and compare(before, fixed_by) < 0:
                        findings[key] = fixed_by
            except Unknown:
                unknown.add(key)
        for name, keys in (("expected", {k: v for k, v in findings.items() if k not in unknown}),
                           ("unknown", {k: "" for k in unknown})):
            with open(os.path.join(folder, "%s.%s" % (load_name, name)), "w") as file:
                for key in sorted(keys):
                    file.write("\t".join([str(key[0]), key[1], key[2], keys[key]]) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:6])
    elif sys.argv[1] == "pairs":
        pairs(sys.argv[2], sys.argv[3])
    else:
        expect(sys.argv[2])
