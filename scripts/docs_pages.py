#!/usr/bin/python3
"""The pages that scripts/docs gives to MkDocs: the Markdown files of the project, and one page per folder of headers.

    docs_pages.py XML PAGES CONFIG      Doxygen's XML; the folder of pages and the configuration, which are written

A header's opening comment stands as it is; behind it every public name of the header with its comment. A link to a file
that is no page becomes the file's name; one to a file that does not exist is an error.
"""
import glob
import json
import os
import re
import shutil
import sys
import xml.etree.ElementTree as ET

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# (page, file): the project's Markdown, in the order of the menu.
TEXTS = [("index.md", "README.md"), ("guide.md", "docs/guide.md"), ("extending.md", "docs/extending.md"),
         ("tokens.md", "docs/tokens.md"), ("heads.md", "docs/heads.md"), ("numerics.md", "docs/numerics.md"),
         ("backends.md", "docs/backends.md"), ("study.md", "docs/study.md"),
         ("finetune.md", "docs/finetune.md"), ("gallery.md", "docs/gallery.md"), ("compile.md", "docs/compile.md"),
         ("benchmarks.md", "benchmarks/README.md"), ("architecture.md", "docs/architecture.md"),
         ("contributing.md", "CONTRIBUTING.md"), ("release.md", "docs/release.md"), ("changelog.md", "CHANGELOG.md"),
         ("security.md", "SECURITY.md")]
# (folder of headers, what its page is called); backends: only what a user or the author of a backend includes.
FOLDERS = [("", "The whole"), ("core", "Core: what users name"), ("policy", "Policies"), ("post", "Stages"),
           ("search", "Search"), ("evaluate", "Measures"), ("fit", "Fits"), ("io", "Files"), ("adapters", "Adapters"),
           ("kernel", "Kernel: what policies are written with"), ("backend", "Backends"), ("testing", "Testing")]
BACKEND = ["backend/cpu/cpu.hpp", "backend/cpu/target.hpp", "backend/reference/reference.hpp",
           "backend/thrust/thrust.hpp", "backend/cuda/cuda.cuh", "backend/cuda/memory.hpp", "backend/cuda/models.hpp",
           "backend/for_each_backend.hpp", "backend/blocks/blocks.hpp", "backend/blocks/kernel.hpp"]


def text_of(element):
    """What a description says, paragraph by paragraph."""
    if element is None:
        return ""
    return "\n\n".join(" ".join("".join(p.itertext()).split()) for p in element.iter("para"))


def comment_of(entry):
    return "\n\n".join(t for t in (text_of(entry.find("briefdescription")), text_of(entry.find("detaileddescription")))
                       if t)


def plain(text):
    """A name or a type without the inline namespaces."""
    text = re.sub(r"(?<![\w:])(?:cnnpool::)?(?:v::)+", "", " ".join(text.split()))
    return re.sub(r"\s*([<>])\s*", r"\1", text).replace("operator<", "operator <").replace(">=", " >=")


def template_of(entry):
    parameters = []
    for p in entry.findall("templateparamlist/param"):
        words = [plain("".join(p.find("type").itertext()))] + ([p.findtext("declname")] if p.find("declname") is not None
                                                               else [])
        default = p.find("defval")
        parameters.append(" ".join(words) + (" = " + plain("".join(default.itertext())) if default is not None else ""))
    return f"template <{', '.join(parameters)}>\n" if parameters else ""


def signature(member):
    kind = member.get("kind")
    kind_of = plain("".join(member.find("type").itertext())) if member.find("type") is not None else ""
    name, arguments = member.findtext("name"), plain(member.findtext("argsstring") or "")
    if kind == "typedef":
        return f"using {name} = {kind_of}"
    if kind == "enum":
        return f"enum class {name} {{ {', '.join(v.findtext('name') for v in member.findall('enumvalue'))} }}"
    initial = plain("".join(member.find("initializer").itertext())) if member.find("initializer") is not None else ""
    if kind == "variable" and len(initial) < 60:
        arguments = f" {initial}" if initial else ""
    return template_of(member) + f"{kind_of} {name}{arguments}".strip()


def is_public(name, path):
    return "detail" not in name and not name.startswith("std::") and path is not None


class Names:
    """Every public name, by header."""

    def __init__(self, xml):
        self.by_header = {}
        for file in sorted(glob.glob(os.path.join(xml, "*.xml"))):
            compound = ET.parse(file).getroot().find("compounddef")
            if compound is None:
                continue
            kind, name = compound.get("kind"), compound.findtext("compoundname") or ""
            if not is_public(name, ""):
                continue
            if kind == "namespace":
                for member in compound.iter("memberdef"):
                    self.add(member, signature(member), comment_of(member), [])
            elif kind in ("struct", "class", "concept"):
                last = plain(name)
                if "<" in last and "adapter" in last:  # what pool accepts: the opening comment says it
                    continue
                # Of a class what it can do; of a struct, whose functions are what a concept asks for, what is commented.
                members = [(signature(m), comment_of(m)) for m in compound.iter("memberdef")
                           if m.get("prot") == "public" and m.get("kind") != "typedef" and
                           (comment_of(m) or (kind == "class" and m.get("kind") == "function"))]
                if kind == "concept":
                    source = template_of(compound) + f"concept {last}"
                else:
                    bases = ", ".join(plain("".join(b.itertext())) for b in compound.findall("basecompoundref")
                                      if "detail" not in "".join(b.itertext()))
                    source = template_of(compound) + f"{kind} {last}" + (f" : {bases}" if bases else "")
                    source += self.fields(compound)
                self.add(compound, source, comment_of(compound), members)

    @staticmethod
    def fields(compound):
        """The data of a struct with its defaults: the options of a policy."""
        lines = []
        for m in compound.iter("memberdef"):
            if m.get("kind") == "variable" and m.get("prot") == "public" and m.get("static") == "no":
                lines.append("  " + signature(m) + ";")
        return " {\n" + "\n".join(lines) + "\n}" if lines else ""

    def add(self, entry, source, comment, members):
        place = entry.find("location")
        if place is not None and place.get("file"):
            header = place.get("file").replace("cnnpool/", "", 1) if place.get("file").startswith("cnnpool/") \
                else place.get("file")
            self.by_header.setdefault(header, []).append((int(place.get("line")), source, comment, members))


def opening(header):
    with open(os.path.join(ROOT, "include", "cnnpool", header), encoding="utf-8") as file:
        lines = []
        for line in file:
            if not line.startswith("//"):
                break
            lines.append(line[2:].rstrip().removeprefix(" "))
    return "\n".join(lines)


def reference(names, folder, title):
    headers = [os.path.relpath(p, os.path.join(ROOT, "include", "cnnpool")) for p in sorted(
        glob.glob(os.path.join(ROOT, "include", "cnnpool", folder, "*.hpp")))]
    if folder == "backend":
        headers = BACKEND
    out = [f"# {title}\n"]
    for header in headers:
        out.append(f"## {header}\n\n```text\n{opening(header)}\n```\n")
        for _, source, comment, members in sorted(names.by_header.get(header, []), key=lambda entry: entry[0]):
            if not comment and not members and "\n  " not in source:
                continue  # says nothing that its name does not say
            out.append(f"```cpp\n{source}\n```\n")
            if comment:
                out.append(escaped(comment) + "\n")
            out += [f"* `{' '.join(what.split())}`" + (f": {escaped(says)}" if says else "") for what, says in members]
            if members:
                out.append("")
    return "\n".join(out)


def escaped(text):
    return re.sub(r"([*_<\[])", r"\\\1", text)


def page_of():
    pages = {source: page for page, source in TEXTS}
    for path in glob.glob(os.path.join(ROOT, "docs", "frameworks", "*.md")):
        source = os.path.relpath(path, ROOT)
        pages[source] = "frameworks/" + os.path.basename(path).replace("README", "index")
    return pages


def with_links(text, source, page, pages):
    """Links between files as links between pages."""
    def link(match):
        image, label, target = match.group(1), match.group(2), match.group(3)
        if re.match(r"[a-z]+:|#", target):
            return match.group(0)
        path, anchor = (target.split("#") + [""])[:2]
        file = os.path.normpath(os.path.join(os.path.dirname(source), path))
        if not os.path.exists(os.path.join(ROOT, file)):
            sys.exit(f"docs: {source} links to {target}, which is not there")
        if file in pages:
            to = os.path.relpath(pages[file], os.path.dirname(page) or ".")
            return f"{image}[{label}]({to}{'#' + anchor if anchor else ''})"
        if image:
            return f"![{label}]({os.path.relpath(file.removeprefix('docs/'), os.path.dirname(page) or '.')})"
        return label if label == os.path.basename(file) else f"{label} (`{file}`)"

    parts = re.split(r"(```.*?```|`[^`\n]*`)", text, flags=re.S)
    return "".join(p if p.startswith("`") else re.sub(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)", link, p) for p in parts)


def main():
    xml, to, config = sys.argv[1:]
    shutil.rmtree(to, ignore_errors=True)
    names, pages = Names(xml), page_of()
    for source, page in pages.items():
        with open(os.path.join(ROOT, source), encoding="utf-8") as file:
            text = with_links(file.read(), source, page, pages)
        os.makedirs(os.path.dirname(os.path.join(to, page)), exist_ok=True)
        with open(os.path.join(to, page), "w", encoding="utf-8") as file:
            file.write(text)
    shutil.copytree(os.path.join(ROOT, "docs", "pictures"), os.path.join(to, "pictures"))
    os.makedirs(os.path.join(to, "reference"))
    menu = []
    for folder, title in FOLDERS:
        page = f"reference/{folder or 'whole'}.md"
        menu.append({title.split(":")[0]: page})
        with open(os.path.join(to, page), "w", encoding="utf-8") as file:
            file.write(reference(names, folder, title))
    frameworks = sorted(p for p in pages.values() if p.startswith("frameworks/") and not p.endswith("index.md"))
    titles = {"index.md": "cnnpool"}
    settings = {
        "site_name": "cnnpool", "docs_dir": "pages", "use_directory_urls": False, "theme": {"name": "material"},
        "nav": [{titles.get(page, page.removesuffix(".md").capitalize()): page} for page, _ in TEXTS] +
               [{"Frameworks": ["frameworks/index.md"] + frameworks}, {"Reference": menu}],
        "markdown_extensions": ["tables", "admonition", "pymdownx.highlight", "pymdownx.superfences",
                                {"toc": {"permalink": True}}],
        "validation": {"nav": {"omitted_files": "warn", "not_found": "warn"},
                       "links": {"not_found": "warn", "anchors": "warn", "unrecognized_links": "warn"}},
    }
    with open(config, "w", encoding="utf-8") as file:
        json.dump(settings, file, indent=1)  # which is YAML too


if __name__ == "__main__":
    main()
