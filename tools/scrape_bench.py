#!/usr/bin/env python3
"""What it costs a training job that somebody scrapes its metrics every second.

usage: scrape_bench.py BIN      BIN: folder of the programs

Starts a coordinator and a worker of its own, trains the demo's network on made-up images, and scrapes both /metrics
every second in every other window of some seconds. The step time of a window comes from the steps and times of the
job's own metric history, so every step of the window counts. Prints the ratio of the medians with and without, how
long a scrape takes, and how much processor time the daemons spend on one: the bound on what a scrape can cost.
"""
import http.client
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

WINDOW_SECONDS = 4
PAIRS = 8
BURST = 500

JOB = """name: scraped
kind: pretrain
resources: {device: cpu}
model: {preset: nepa-fashion-patch7-28}
data:
  train: {format: synthetic, synthetic_count: 4096}
batch: {global: 256}
precision: fp32
schedule: {steps: 1000000}
checkpoint: {every: 10h}
"""


def wait_for(path):
    deadline = time.monotonic() + 60
    while not path.exists():
        if time.monotonic() > deadline:
            sys.exit(f"scrape_bench: {path} did not appear")
        time.sleep(0.01)
    return json.loads(path.read_text())


def scrape(address):
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read()
    connection.close()
    return text


def processor_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def seconds_of(text):
    whole, fraction = text.rstrip("Z").split(".") if "." in text else (text.rstrip("Z"), "0")
    return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) - time.timezone + float("0." + fraction)


class Cluster:
    def __init__(self, binaries, folder):
        self.binaries, self.folder, self.processes = binaries, folder, []

    def up(self):
        endpoints = self.start("coordinator", "nepa-coordinator", "--listen", "127.0.0.1:0")
        self.grpc = endpoints["grpc"]
        self.addresses = [endpoints["http"]]
        self.addresses.append(self.start("worker", "nepa-worker", "--coordinator", self.grpc)["http"])

    def start(self, name, program, *flags):
        state = self.folder / name
        with open(self.folder / f"{name}.log", "w") as log:
            self.processes.append(subprocess.Popen(
                [self.binaries / program, "--state", state, "--http", "127.0.0.1:0", *flags], stdout=log, stderr=log))
        return wait_for(state / "endpoints.json")

    def nepactl(self, *arguments):
        run = subprocess.run([self.binaries / "nepactl", "--coordinator", self.grpc, *arguments, "-o", "json"],
                             capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"scrape_bench: nepactl {' '.join(arguments)}: {run.stderr}")
        return json.loads(run.stdout)

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(timeout=120)


def train_in_windows(cluster, job):
    """The windows (begin, end, scraped) and how long each scrape of both daemons took."""
    windows, scrapes = [], []
    for number in range(2 * PAIRS):
        scraped = number % 2 == 1
        begin = time.time()
        for second in range(1, WINDOW_SECONDS + 1):
            if scraped:
                for address in cluster.addresses:
                    started = time.perf_counter()
                    scrape(address)
                    scrapes.append(time.perf_counter() - started)
            time.sleep(max(0, begin + second - time.time()))
        windows.append((begin, time.time(), scraped))
    return windows, scrapes


def step_seconds(points, begin, end):
    """Mean duration of a step between the first and the last point of the history in the window; None without two."""
    inside = [(p["step"], seconds_of(p["time"])) for p in points if begin <= seconds_of(p["time"]) <= end]
    if len(inside) < 2 or inside[-1][0] == inside[0][0]:
        return None
    return (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0])


def measure(cluster):
    file = cluster.folder / "job.yaml"
    file.write_text(JOB)
    job = cluster.nepactl("submit", str(file))["id"]
    while not cluster.nepactl("metrics", job, "--after", "10"):  # warm
        time.sleep(0.2)
    windows, scrapes = train_in_windows(cluster, job)
    points = cluster.nepactl("metrics", job)
    with_scraper = [step_seconds(points, begin, end) for begin, end, scraped in windows if scraped]
    without = [step_seconds(points, begin, end) for begin, end, scraped in windows if not scraped]
    pairs = [(a, b) for a, b in zip(with_scraper, without) if a and b]
    if not pairs:
        sys.exit("scrape_bench: no window saw two points of the history; is this machine busy with something else?")
    on, off = (statistics.median(column) for column in zip(*pairs))

    before = [processor_seconds(process) for process in cluster.processes]
    for _ in range(BURST):
        for address in cluster.addresses:
            scrape(address)
    spent = sum(processor_seconds(p) - b for p, b in zip(cluster.processes, before)) / BURST
    series = sum(1 for address in cluster.addresses
                 for line in scrape(address).splitlines() if not line.startswith(b"#"))
    cluster.nepactl("cancel", job)

    print(f"step with a scraper every second   {1e3 * on:8.2f} ms, without {1e3 * off:.2f} ms (medians of {len(pairs)} "
          f"alternating windows of {WINDOW_SECONDS} s): ratio {on / off:.4f}")
    print(f"one scrape, job training           {1e3 * statistics.median(scrapes):8.2f} ms median, "
          f"{1e3 * max(scrapes):.2f} ms at most")
    print(f"processor time of both daemons     {1e3 * spent:8.2f} ms to scrape both once ({series} series): "
          f"{100 * spent:.3f} % of one core's second, {100 * spent / os.cpu_count():.3f} % of this machine's "
          f"{os.cpu_count()}")


def main():
    binaries = pathlib.Path(sys.argv[1]).resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="nepa-scrape-bench-"))
    cluster = Cluster(binaries, folder)
    try:
        cluster.up()
        measure(cluster)
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
