#!/usr/bin/env python3
"""clang-tidy over the C++ files whose text changed since it last had nothing to say of them.

usage: lint.py BUILD [FILE…]

BUILD is a configured build folder. What a file's verdict depends on (its own text, that of every
header of ours it includes, its compile command, .clang-tidy, clang-tidy's version) makes a key; a
clean file leaves an empty file of that name in BUILD/lint, and is not read again while its key is
there. Ends with 1 if a file has findings.
"""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(rb'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


@functools.lru_cache(maxsize=None)
def includes(path):
    """The headers of ours that a file names."""
    found = (ROOT / name.decode() for name in INCLUDE.findall(path.read_bytes()))
    return [header for header in found if header.is_file()]


@functools.lru_cache(maxsize=None)
def digest(path):
    return hashlib.sha256(path.read_bytes()).digest()


def texts(path):
    """The file and every header of ours that it includes, itself or through others."""
    seen, waiting = set(), [path]
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            waiting.extend(includes(file))
    return sorted(seen)


def key(file, command, rules):
    text = hashlib.sha256(rules)
    # The generated protocol stands behind its own text.
    for part in (*texts(file), *sorted((ROOT / 'proto').rglob('*.proto'))):
        text.update(str(part.relative_to(ROOT)).encode() + b'\0' + digest(part))
    text.update(command.encode())
    return text.hexdigest()


def check(file, build):
    # -march of the files for one kind of processor, and what only GCC knows, are said to clang too.
    return subprocess.run(['clang-tidy', '-p', str(build), '--quiet', str(file)], cwd=ROOT,
                          capture_output=True, text=True, check=False)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    wanted = {(ROOT / name).resolve() for name in sys.argv[2:]}
    kept = subprocess.run(['git', 'ls-files', '*.cc'], cwd=ROOT, capture_output=True, text=True,
                          check=True).stdout.split()
    planted = 'tests/analysis/planted/'  # has findings on purpose
    ours = {(ROOT / name) for name in kept if not name.startswith(planted)}
    version = subprocess.run(['clang-tidy', '--version'], capture_output=True, check=True).stdout
    rules = version + (ROOT / '.clang-tidy').read_bytes()
    clean = build / 'lint'
    clean.mkdir(exist_ok=True)

    open_files = {}
    for entry in json.loads((build / 'compile_commands.json').read_text()):
        file = pathlib.Path(entry['file'])
        if file not in ours or (wanted and file not in wanted):
            continue
        # Where the object lies says nothing about the text.
        command = ' '.join(word for word in shlex.split(entry['command']) if not word.endswith('.o'))
        stamp = clean / key(file, command, rules)
        if not stamp.exists():
            open_files.setdefault(file, stamp)
    print(f'clang-tidy: {len(open_files)} files to read', file=sys.stderr)

    failed = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        checks = {pool.submit(check, file, build): file for file in sorted(open_files)}
        for done in concurrent.futures.as_completed(checks):
            file, result = checks[done], done.result()
            if result.returncode == 0:
                open_files[file].touch()
                continue
            failed.append(file)
            print(result.stdout, end='', flush=True)
            # Counts of warnings in others' headers say nothing.
            errors = [line for line in result.stderr.splitlines() if 'warnings generated' not in line
                      and 'warnings treated as errors' not in line]
            print('\n'.join(errors), file=sys.stderr, flush=True)
    for file in sorted(failed):
        print(f'clang-tidy: {file.relative_to(ROOT)} has findings', file=sys.stderr)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
