#!/usr/bin/env python3
"""Part of ./dev bench: from the start of `nepactl submit` to the end of the first trained step.

A small Fashion job (the demo's pretraining without its evaluations, in float32, which every
processor is quick at) on a cluster that runs, all files read before. The end is where the job's own trace says its first step
ended; what lies between is told part by part, as `nepactl trace` has it. Standard library only.
"""

import json
import pathlib
import statistics
import sys
import tempfile
import time

from demo import ROOT, Cluster

RUNS = 5
JOB = ROOT / "examples" / "fashion_pretrain.yaml"
# Parts of another span, or beside the way.
NOT_ON_THE_WAY = {"wait for images"}


def submit(cluster):
    """One job from its submission to its end: when that began, and its spans."""
    began = time.time()
    job = cluster.nepactl("submit", JOB, "--set", "evaluation={knn: false}", "--set",
                          "schedule={steps: 3}", "--set", "precision=fp32", "--set",
                          "name=start-bench")
    cluster.nepactl("wait", job["id"])
    trace = cluster.nepactl("trace", job["id"])
    names = {e["pid"]: e["args"]["name"] for e in trace["traceEvents"] if e["name"] == "process_name"}
    spans = [{"process": names[e["pid"]], "name": e["name"], "begin": e["ts"] / 1e6,
              "end": (e["ts"] + e["dur"]) / 1e6} for e in trace["traceEvents"] if e["ph"] == "X"]
    return began, spans


def end_of_first_step(spans):
    return next(s["end"] for s in spans if s["name"] == "step 1")


def way(began, spans):
    """[(what, seconds)]: the time from `began` to the end of the first step, each part once."""
    end = end_of_first_step(spans)
    # The worker writes down what it has started while that works already.
    working = min(s["begin"] for s in spans if s["process"].startswith("rank"))
    spans = [{**s, "end": min(s["end"], working)} if s["process"].startswith("worker") else s
             for s in spans]
    parts, now, before = [], began, "nepactl submit"
    for span in sorted(spans, key=lambda s: (s["begin"], -s["end"])):
        if span["name"] in NOT_ON_THE_WAY or span["end"] <= now or span["begin"] >= end:
            continue
        if span["begin"] > now:
            parts.append((f"{before} → {span['process']}", span["begin"] - now))
        parts.append((f"{span['process']}: {span['name']}", span["end"] - max(now, span["begin"])))
        now, before = span["end"], span["process"]
    return parts


def main():
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
        cluster = Cluster(pathlib.Path(folder))
        try:
            cluster.start()
            submit(cluster)  # reads every file once, and waits for the worker
            runs = [submit(cluster) for _ in range(RUNS)]
        finally:
            cluster.stop()
    seconds = [end_of_first_step(spans) - began for began, spans in runs]
    median = statistics.median(seconds)
    print(f"{JOB.name}, warm files: " + "  ".join(f"{s:.3f}" for s in seconds) +
          f" s   median {median:.3f} s   (at most 1.0 is asked for)")
    began, spans = runs[seconds.index(median)]
    print("The run of the median, part by part:")
    for what, took in way(began, spans):
        if took >= 0.0005:
            print(f"  {1e3 * took:7.1f} ms  {100 * took / median:4.1f} %  {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
