#!/usr/bin/env python3
"""Turns a folder of web files into one C++ file that embeds them, plain and gzipped, by .incbin.

    embed_site.py SITE OUTPUT    writes OUTPUT/embedded_site.cc and, beside it, the bytes that it embeds

The same files give the same bytes, whenever and wherever this runs: no times, no names of folders in what is embedded.
"""

import argparse
import gzip
import hashlib
import pathlib
import sys

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
OTHER_CONTENT_TYPE = "application/octet-stream"
DIGEST_SIZE = 32  # hex digits of SHA-256: an ETag
GZIP_SIZE_MAX = 0.9  # of the plain size: what saves less is not worth a second copy


def literal(text):
    """`text` as a C++ and assembler string; other names than these have no business in a site."""
    if not all(c.isascii() and c.isprintable() and c not in '"\\' for c in text):
        sys.exit(f"embed_site: a file's name is not plain: {text!r}")
    return f'"{text}"'


def write_if_other(path, data):
    """Leaves a file that is right already alone, so that nothing is built anew for it."""
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)


def bytes_symbol(name, path):
    return (f'asm(".section .rodata\\n.balign 16\\n{name}:\\n.incbin \\"{path}\\"\\n{name}_end:\\n.byte 0\\n.previous\\n");\n'
            f"extern const char {name}_begin[] asm(\"{name}\");\n"
            f"extern const char {name}_end[] asm(\"{name}_end\");\n")  # fmt: skip


def view(name):
    return f"{{{name}_begin, static_cast<std::size_t>({name}_end - {name}_begin)}}"


def embed(site, output):
    blobs = output / "embedded_site"
    blobs.mkdir(parents=True, exist_ok=True)
    # By bytes, as std::string_view compares: the program looks paths up by halving.
    files = sorted((path.relative_to(site).as_posix(), path) for path in site.rglob("*") if path.is_file())
    symbols, rows, used = [], [], set()
    for number, (name, path) in enumerate(files):
        data = path.read_bytes()
        packed = gzip.compress(data, compresslevel=9, mtime=0)
        digest = hashlib.sha256(data).hexdigest()[:DIGEST_SIZE]
        contents = {f"anabranch_ui_file_{number}": data}
        if len(packed) <= len(data) * GZIP_SIZE_MAX:
            contents[f"anabranch_ui_file_{number}_gzip"] = packed
        for symbol, content in contents.items():
            blob = (blobs / f"{symbol}.bin").resolve()
            write_if_other(blob, content)
            used.add(blob)
            symbols.append(bytes_symbol(symbol, literal(str(blob))[1:-1]))
        views = [view(symbol) for symbol in contents] + ["{}"] * (2 - len(contents))
        content_type = CONTENT_TYPES.get(path.suffix, OTHER_CONTENT_TYPE)
        rows.append(f"    {{{literal(name)}, {literal(content_type)}, {literal(digest)}, {views[0]}, {views[1]}}},\n")
    for stale in blobs.resolve().iterdir():
        if stale not in used:
            stale.unlink()
    # The digests stand in the table, so that changed bytes change this file, and it is compiled anew.
    return (
        "// Made by scripts/embed_site.py.\n"
        '#include "ui/site.h"\n\n'
        + "".join(symbols)
        + "\nnamespace anabranch::ui {\nnamespace {\nconst SiteFile kFiles[] = {\n"
        + "".join(rows)
        + "};\n}  // namespace\nstd::span<const SiteFile> embedded_files() { return kFiles; }\n}  // namespace anabranch::ui\n"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    arguments = parser.parse_args()
    if not (arguments.site / "index.html").is_file():
        return f"embed_site: there is no index.html in {arguments.site}"
    (arguments.output / "embedded_site.cc").write_text(embed(arguments.site, arguments.output))
    return None


if __name__ == "__main__":
    sys.exit(main())
