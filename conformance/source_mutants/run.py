#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the tests against mutants of our source: see README.md beside this.

Exit status: 0 every survivor is explained, 1 one is not, 2 nothing can be said
(the unmutated tree fails, nothing was run, wrong usage).
"""
import argparse
import collections
import fnmatch
import os
import queue
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
import mutate  # noqa: E402 (the line above must stand before it)

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIGURE = "--enable-sanitizer=address CFLAGS='-O0 -g1 -w'"
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".deps", ".libs", "autom4te.cache", "*.o", "*.lo", "*.la", "*.a",
    "*.log", "*.trs", "Makefile", "config.h", "stamp-h1", "libtool",
    "config.status", "__pycache__")
FACTOR = max(1, int(os.environ.get("PALM_TEST_TIMEOUT_FACTOR") or 1))
TEST_FAILED = re.compile(r"not ok\b|Bail out!")
MEMORY_ERROR = re.compile(r"(?:Address|Leak)Sanitizer: ([a-zA-Z-]+)")

Test = collections.namedtuple("Test", "name needs")
Result = collections.namedtuple("Result", "mutant verdict test detail seconds")


class Error(Exception):
    """Nothing can be said about the mutants."""


# --- the tables --------------------------------------------------------------

def read_rows(path, columns):
    """Lines of tab-separated fields; "#" begins a comment line."""
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            fields = [field for field in line.split("\t") if field]
            if len(fields) not in columns:
                raise Error("%s:%d: %d fields" % (path, number, len(fields)))
            yield fields


class Table:
    """Which tests reach which file, quick ones first; tests.tsv says how."""

    def __init__(self, path, source):
        self.rows = []
        self.skipped = []
        for patterns, stage, names, *needs in read_rows(path, (3, 4)):
            if stage == "skip":
                self.skipped += patterns.split()
                continue
            needs_of = tuple(needs[0].split() if needs else ())
            for name in names.split():
                if stage != "conformance" or exists(source, name):
                    self.rows.append((patterns.split(), Test(name, needs_of)))

    def has(self, file):
        return not any(fnmatch.fnmatch(file, p) for p in self.skipped)

    def tests(self, file):
        found = []
        for patterns, test in self.rows:
            matches = any(fnmatch.fnmatch(file, p) for p in patterns)
            if matches and test not in found:
                found.append(test)
        return found


def exists(source, name):
    return any(os.path.exists(os.path.join(source, name + end))
               for end in ("", ".c"))


def read_survivors(path):
    reasons = {}
    if os.path.exists(path):
        for key, reason in read_rows(path, (2,)):
            if key in reasons:
                raise Error("%s: %s stands there twice" % (path, key))
            reasons[key] = reason
    return reasons


def all_mutants(source, table):
    mutants = []
    for top in ("core", "parts"):
        for folder, _, names in os.walk(os.path.join(source, top)):
            for name in names:
                file = os.path.relpath(os.path.join(folder, name), source)
                if not name.endswith(".c") or not table.has(file):
                    continue
                mutants += mutate.find_mutants(file, read(source, file))
    return sorted(mutants, key=lambda mutant: (mutant.file, mutant.start))


def read(folder, file):
    with open(os.path.join(folder, file), encoding="utf-8") as stream:
        return stream.read()


# --- a place to build and to run ---------------------------------------------

class Place:
    """A copy of the source and a build folder, for one job."""

    def __init__(self, work, number, source):
        self.top = os.path.join(work, "job-%d" % number)
        self.source = os.path.join(self.top, "source")
        self.build = os.path.join(self.top, "build")
        self.tmp = os.path.join(self.top, "tmp")
        # What we started carries this, also when it left our process group.
        self.mark = "PALM_MUTANT_PLACE=%d-%d" % (os.getpid(), number)
        self.changed = None
        self.patience = 10  # seconds above what a test needs
        self.durations = {}  # seconds of each test without a mutant
        shutil.copytree(source, self.source, ignore=NOT_COPIED, symlinks=True)
        os.mkdir(self.build)
        os.mkdir(self.tmp)

    def configure(self, arguments):
        command = "exec '%s/configure' %s" % (self.source, arguments)
        self.must(["sh", "-c", command])
        self.environment = self.ask_make("AM_TESTS_ENVIRONMENT")
        if not self.environment:
            raise Error("the Makefile has no AM_TESTS_ENVIRONMENT")

    def ask_make(self, variable):
        text = "include Makefile\npalm-ask:\n\t@:$(info $(%s))\n" % variable
        done = subprocess.run(["make", "-s", "--no-print-directory", "-f", "-",
                               "palm-ask"], env=without_make(),
                              input=text, stdout=subprocess.PIPE, text=True,
                              cwd=self.build, check=False)
        return done.stdout.strip()

    def run_quietly(self, command):
        return subprocess.run(command, cwd=self.build, text=True,
                              env=without_make(), check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)

    def must(self, command):
        done = self.run_quietly(command)
        if done.returncode:
            raise Error("%s\n%s: status %d" % (
                done.stdout[-3000:], " ".join(command), done.returncode))

    def make(self, tests):
        """The program of a test, what a script needs; None or its output."""
        targets = []
        for test in tests:
            is_script = test.name.endswith(".t")
            targets += test.needs if is_script else (test.name,) + test.needs
        if not targets:
            return None
        done = self.run_quietly(["make", "-s"] + sorted(set(targets)))
        return done.stdout if done.returncode else None

    def is_built(self, file):
        """A file that this configuration does not compile has no object."""
        folder, name = os.path.split(file)
        folder = os.path.join(self.build, folder)
        stem = name[:-2]
        wanted = {stem + ".lo", stem + ".o"}
        return os.path.isdir(folder) and any(
            entry in wanted or entry.endswith("-" + stem + ".lo")
            for entry in os.listdir(folder))

    def write(self, file, text):
        if self.changed not in (None, file):
            self.restore()
        with open(os.path.join(self.source, file), "w",
                  encoding="utf-8") as stream:
            stream.write(text)
        self.changed = file

    def restore(self):
        if self.changed:
            file, self.changed = self.changed, None
            with open(os.path.join(self.source, file), "w",
                      encoding="utf-8") as stream:
                stream.write(self.originals[file])

    originals = {}  # file: its text

    # --- tests ---

    def start(self, test):
        script = test.name.endswith(".t")
        folder = self.source if script else self.build
        path = os.path.join(folder, test.name)
        words = "sh '%s'" if script else "$PALM_RUNNER '%s'"
        environment = dict(os.environ, TMPDIR=self.tmp)
        key, value = self.mark.split("=")
        environment[key] = value
        command = self.environment + " exec " + words % path
        return subprocess.Popen(
            ["sh", "-c", command], cwd=self.build, env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, errors="replace",
            start_new_session=True, preexec_fn=limit_files)

    def run_test(self, test, deadline):
        """(verdict, detail) at the first test that fails, or "passed"."""
        process = self.start(test)
        expired = threading.Event()

        def expire():
            expired.set()
            self.end(process)

        timer = threading.Timer(deadline, expire)
        timer.start()
        failed = memory = None
        passed = 0
        for line in process.stdout:
            line = line.strip()
            if line.startswith("ok ") and "# SKIP" not in line:
                passed += 1
            found = MEMORY_ERROR.search(line)
            memory = memory or (found and found.group(1))
            if TEST_FAILED.match(line):
                failed = line
                self.end(process)
                break
        process.stdout.close()
        status = process.wait()
        timer.cancel()
        if failed is None and expired.is_set():
            return "timeout", "%d s" % deadline
        if failed is not None or status:
            self.end(process)
            reason = failed or (memory and "memory: " + memory)
            return "killed", reason or "status %d" % status
        return ("passed", "") if passed else ("empty", "no test ran in it")

    def end(self, process):
        """It, its process group, and what carries our mark."""
        ids = []
        for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
            if name.isdigit() and int(name) != os.getpid():
                try:
                    with open("/proc/%s/environ" % name, "rb") as stream:
                        if self.mark.encode() in stream.read().split(b"\0"):
                            ids.append(int(name))
                except OSError:
                    pass
        if process.poll() is None:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except OSError:
                pass
        for number in ids:
            try:
                os.kill(number, signal.SIGKILL)
            except OSError:
                pass

    def clean(self):
        shutil.rmtree(self.tmp, ignore_errors=True)
        os.makedirs(self.tmp, exist_ok=True)

    def deadline(self, test):
        return (self.patience + 5 * self.durations.get(test, 0)) * FACTOR


def without_make():
    """An outer make, as of `make check`, must not speak in ours."""
    return {key: value for key, value in os.environ.items()
            if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}


def limit_files():
    """A mutant that writes for ever must not fill the disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 33, 1 << 33))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# --- running -----------------------------------------------------------------

class Run:
    def __init__(self, options, table):
        self.options = options
        self.table = table
        self.results = []
        self.done = {}
        self.usable = {}  # test: why it says nothing here, or ""
        self.lock = threading.Lock()
        self.failure = None

    def say(self, *words):
        print(*words, file=sys.stderr, flush=True)

    def prepare(self, work, mutants):
        files = sorted({mutant.file for mutant in mutants})
        Place.originals = {file: read(self.options.source, file)
                           for file in files}
        tests = []
        for file in files:
            tests += [t for t in self.table.tests(file) if t not in tests]
        if not tests:
            raise Error("no test is named for these files")
        count = max(1, min(self.options.jobs, len(mutants)))
        places = []
        for number in range(count):
            self.say("building in job-%d" % number)
            place = Place(work, number, self.options.source)
            place.patience = self.options.patience
            place.configure(self.options.configure)
            tests = self.configured(place, tests)
            output = place.make(tests)
            if output is not None:
                raise Error(output[-3000:] + "\nthe unmutated tree fails")
            # Here: a mutant that does not compile takes its object away.
            place.built = {file for file in files if place.is_built(file)}
            places.append(place)
        self.check_unmutated(places[0], tests)
        for place in places:
            place.durations = places[0].durations
        return places

    def configured(self, place, tests):
        """Without a library its tests are not there."""
        there = place.ask_make("TESTS").split()
        for test in tests:
            if test.name not in there:
                self.say("%s is not in this configuration" % test.name)
                self.usable[test] = False
        return [test for test in tests if test.name in there]

    def check_unmutated(self, place, tests):
        self.say("%d tests without a mutant" % len(tests))
        for test in tests:
            begin = time.monotonic()
            verdict, detail = place.run_test(test, 300 * FACTOR)
            place.durations[test] = time.monotonic() - begin
            place.clean()
            if verdict == "empty":
                self.say("%s says nothing here: %s" % (test.name, detail))
            elif verdict != "passed":
                raise Error("the unmutated tree fails in %s: %s %s" % (
                    test.name, verdict, detail))
            self.usable[test] = verdict == "passed"

    def judge(self, place, mutant):
        tests = [test for test in self.table.tests(mutant.file)
                 if self.usable[test]]
        if not tests or mutant.file not in place.built:
            return "not run", "", "no test reaches it in this configuration"
        text = Place.originals[mutant.file]
        place.write(mutant.file, mutate.apply(mutant, text))
        for test in tests:
            output = place.make([test])
            if output is not None:
                lines = [x for x in output.splitlines() if "error" in x]
                return "build failed", "", (lines or [""])[0][-200:]
            verdict, detail = place.run_test(test, place.deadline(test))
            place.clean()
            if verdict != "passed":
                verdict = "timeout" if verdict == "timeout" else "killed"
                return verdict, test.name, detail
        return "survived", "", "%d tests" % len(tests)

    def work(self, place, batches):
        while not self.failure:
            try:
                batch = batches.get_nowait()
            except queue.Empty:
                return
            for mutant in batch:
                begin = time.monotonic()
                try:
                    said = self.judge(place, mutant)
                except Exception as problem:  # told by the main thread
                    self.failure = problem
                    return
                result = Result(mutant, *said, time.monotonic() - begin)
                self.report(result)

    def report(self, result):
        with self.lock:
            self.results.append(result)
            self.say("%-12s %s %s" % (result.verdict, result.mutant.id,
                                      result.test))
            if self.options.out:
                with open(self.options.out, "a", encoding="utf-8") as out:
                    out.write(row_of(result))

    def run(self, work, mutants):
        places = self.prepare(work, mutants)
        batches = queue.Queue()
        by_file = collections.defaultdict(list)
        for mutant in mutants:
            by_file[mutant.file].append(mutant)
        for batch in sorted(by_file.values(), key=len, reverse=True):
            batches.put(batch)
        threads = [threading.Thread(target=self.work, args=(place, batches))
                   for place in places]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failure:
            raise Error(str(self.failure))


# --- the report --------------------------------------------------------------

HEAD = "id\tverdict\ttest\tdetail\tline\tbefore\tafter\tseconds\n"


def row_of(result):
    mutant = result.mutant
    before = " ".join(mutant.before.split())
    after = " ".join(mutant.after.split())
    fields = (mutant.id, result.verdict, result.test, result.detail,
              "%s:%d" % (mutant.file, mutant.line), before, after,
              "%.1f" % result.seconds)
    return "\t".join(x.replace("\t", " ") for x in fields) + "\n"


def print_table(results, survivors):
    """Killed share of what was built, per file and folder."""
    columns = ("run", "killed", "timeout", "explained", "survived")
    counts = collections.defaultdict(collections.Counter)
    for result in results:
        verdict = result.verdict
        if verdict == "survived" and result.mutant.id in survivors:
            verdict = "explained"
        folder = os.path.dirname(result.mutant.file)
        for key in (result.mutant.file, folder + "/", "total"):
            counts[key][verdict] += 1
            if verdict in columns:
                counts[key]["run"] += 1
    print("%-36s %5s %7s %8s %10s %9s %7s" % (("",) + columns + ("share",)))
    for key in sorted(counts, key=lambda key: (key == "total", key)):
        if key != "total" and not key.endswith("/"):
            name = "  " + os.path.basename(key)
        else:
            name = key
        count = counts[key]
        killed = count["killed"] + count["timeout"]
        share = "%6.1f%%" % (100 * killed / count["run"]) if count["run"] \
            else ""
        print("%-36s %5d %7d %8d %10d %9d %7s" % (
            (name,) + tuple(count[c] for c in columns) + (share,)))
    total = counts["total"]
    print("%d did not build, %d could not be run here" % (
        total["build failed"], total["not run"]))


def judge_run(results, survivors, known_ids):
    """What is wrong with the run and with the list; the exit status."""
    status = 0
    for result in results:
        mutant = result.mutant
        if result.verdict == "survived" and mutant.id not in survivors:
            status = 1
            print("survived: %s\n    %s:%d: %s -> %s" % (
                mutant.id, mutant.file, mutant.line,
                " ".join(mutant.before.split()), mutant.after or "nothing"))
        elif result.verdict in ("killed", "timeout") \
                and mutant.id in survivors:
            print("listed as survivor, but %s kills it: %s" % (
                result.test, mutant.id))
    for key in survivors:
        if key not in known_ids:
            print("listed as survivor, but there is no such mutant: " + key)
    return status


def show_list(mutants):
    for mutant in mutants:
        print("%s\t%s:%d\t%s\t%s" % (
            mutant.id, mutant.file, mutant.line,
            " ".join(mutant.before.split()),
            " ".join(mutant.after.split())))


# --- the program -------------------------------------------------------------

def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="run.py", description="Runs the tests against source mutants.")
    add = parser.add_argument
    add("--source", default=os.path.dirname(os.path.dirname(HERE)),
        help="the tree, with ./configure made")
    add("--tests", default=os.path.join(HERE, "tests.tsv"),
        help="which tests reach which file")
    add("--survivors", default=os.path.join(HERE, "survivors.tsv"),
        help="the explained survivors")
    add("--seed", default="1", help="which sample (1)")
    add("--sample", type=int, metavar="N", help="only N mutants")
    add("--file", action="append", metavar="GLOB", help="only these files")
    add("--id", action="append", help="only this mutant, or GLOB of ids")
    add("--jobs", type=int, default=1, help="build folders at work (1)")
    add("--list", action="store_true", help="print the mutants, run none")
    add("--out", metavar="FILE", help="one line for each mutant, with tabs")
    add("--configure", default=CONFIGURE, metavar="ARGUMENTS",
        help="of configure (%s)" % CONFIGURE.replace("%", "%%"))
    add("--patience", type=float, default=10, metavar="SECONDS",
        help="a test may take this more than 5 times its time (10)")
    add("--work", metavar="DIR", help="build there, and leave it")
    return parser.parse_args(arguments)


def choose(options, mutants):
    if options.file:
        mutants = [m for m in mutants if any(
            fnmatch.fnmatch(m.file, glob) for glob in options.file)]
    if options.id:
        mutants = [m for m in mutants if any(
            m.id == key or fnmatch.fnmatch(m.id, key) for key in options.id)]
    if options.sample is not None:
        mutants = mutate.rank(mutants, options.seed)[:options.sample]
        mutants.sort(key=lambda mutant: (mutant.file, mutant.start))
    return mutants


def main(arguments):
    options = parse(arguments)
    options.source = os.path.abspath(options.source)
    table = Table(options.tests, options.source)
    survivors = read_survivors(options.survivors)
    everything = all_mutants(options.source, table)
    mutants = choose(options, everything)
    if options.list:
        show_list(mutants)
        return 0
    if not mutants:
        raise Error("no mutant is chosen")
    print("%d of %d mutants, seed %s" % (
        len(mutants), len(everything), options.seed), flush=True)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as out:
            out.write(HEAD)
    run = Run(options, table)
    work = options.work or tempfile.mkdtemp(prefix="palm-mutants-")
    os.makedirs(work, exist_ok=True)
    try:
        run.run(work, mutants)
    finally:
        if not options.work:
            shutil.rmtree(work, ignore_errors=True)
    print_table(run.results, survivors)
    judged = [r for r in run.results
              if r.verdict not in ("build failed", "not run")]
    if not judged:
        raise Error("nothing was run")
    return judge_run(run.results, survivors,
                     {mutant.id for mutant in everything})


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Error as problem:
        print("mutants: %s" % problem, file=sys.stderr)
        sys.exit(2)
