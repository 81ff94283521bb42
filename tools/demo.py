#!/usr/bin/env python3
"""./dev demo: a cluster on this machine, three real jobs, and what pretraining gained.

Everything printed is measured by the jobs themselves. Standard library only.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import loss_curve

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "build" / "bin"
DEMO = ROOT / "demo"


class Cluster:
    """A coordinator and a worker on loopback, their state in `folder`, from start() to stop().

    They and what this program calls have sessions of their own: a Ctrl-C of the terminal reaches this
    program alone, which ends the others in order.
    """

    def __init__(self, folder):
        self.folder = folder
        self.processes = []  # the coordinator first

    def start(self):
        folder, storage = self.folder, self.folder / "storage"
        self._start("nepa-coordinator", "--state", folder / "coordinator", "--storage", storage,
                    "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
        self.coordinator = self._endpoints("coordinator")
        self._start("nepa-worker", "--state", folder / "worker", "--coordinator", self.coordinator["grpc"],
                    "--storage", storage, "--name", "here", "--http", "127.0.0.1:0")
        self.worker = self._endpoints("worker")

    def _start(self, program, *arguments):
        log = open(self.folder / f"{program}.log", "w", encoding="utf-8")
        self.processes.append(subprocess.Popen([BIN / program, *map(str, arguments)], stdout=log,
                                               stderr=log, stdin=subprocess.DEVNULL,
                                               start_new_session=True))

    def _endpoints(self, name):
        path = self.folder / name / "endpoints.json"
        process = self.processes[-1]
        deadline = time.monotonic() + 20
        while not path.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                log = self.folder / f"nepa-{name}.log"
                sys.exit(f"nepa-{name} did not come up; its log is {log}:\n{log.read_text()[-2000:]}")
            time.sleep(0.02)
        return json.loads(path.read_text())

    def stop(self):
        """The worker first, whose ranks may write a checkpoint (60 s at most); then the coordinator."""
        try:
            for process in reversed(self.processes):
                process.terminate()
                process.wait(75)
        except (KeyboardInterrupt, subprocess.TimeoutExpired):
            print("Not waiting any longer: what still runs is killed.", flush=True)
        finally:
            for process in self.processes:
                if process.poll() is None:
                    process.kill()

    def nepactl(self, *arguments):
        """Runs nepactl with -o json and returns what it printed."""
        done = subprocess.run([BIN / "nepactl", "--coordinator", self.coordinator["grpc"], "-o", "json",
                               *arguments], stdout=subprocess.PIPE, check=True,
                              start_new_session=True)
        return json.loads(done.stdout)

    def run_job(self, title, file):
        """Submits a job file, follows it on the terminal, returns the ended job and its history."""
        print(f"\n{title}\n  nepactl submit {file.relative_to(ROOT)} --follow", flush=True)
        begin = time.monotonic()
        code = subprocess.run([BIN / "nepactl", "--coordinator", self.coordinator["grpc"], "submit", file,
                               "--follow"], check=False, start_new_session=True).returncode
        name = self.nepactl("list", "--limit", "1")[0]["id"]
        job = self.nepactl("describe", name)
        if code != 0 or job["phase"] != "SUCCEEDED":
            sys.exit(f"{job['name']} ended as {job['phase']}: {job['reason']}\n"
                     f"its log: nepactl logs, or {job['folder']}/logs")
        return job, self.nepactl("metrics", name), time.monotonic() - begin


def history(points, name):
    """[(step, value)] of one metric."""
    return [(p["step"], p[name]) for p in points if p.get(name) is not None]


def block_names(points):
    """The k-NN metrics of the single blocks, in the order of the blocks."""
    names = {name for point in points for name in point if name.startswith("knn_top1_block_")}
    return sorted(names, key=lambda name: int(name.rsplit("_", 1)[1]))


def percent(value):
    return f"{100 * value:5.1f} %"


def print_pretraining(job, points, seconds):
    print(f"\nPretraining without labels: {job['total_steps']} steps in {seconds:.0f} s. "
          "k-NN accuracy of the frozen features on the test images:")
    for name in block_names(points):
        values = history(points, name)
        print(f"  block {name.rsplit('_', 1)[1]}   {percent(values[0][1])} untrained  →"
              f" {percent(values[-1][1])} pretrained")


def print_gain(finetuned, scratch):
    gained = finetuned["metrics"]["top1"] - scratch["metrics"]["top1"]
    print("\nThe same network with 1,000 labels, accuracy on the 10,000 test images:")
    for title, job in (("from scratch", scratch), ("fine-tuned", finetuned)):
        ema = job["metrics"].get("ema_top1")
        print(f"  {title:<14}{percent(job['metrics']['top1'])}" +
              (f"   (EMA weights {percent(ema)})" if ema is not None else ""))
    print(f"  pretraining gained {100 * gained:+.1f} points")


def main():
    begin = time.monotonic()
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    # Ends the cluster in order on Ctrl-C and on SIGTERM alike.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    cluster = Cluster(DEMO)
    try:
        cluster.start()
        pretrained, points, seconds = cluster.run_job(
            "1/3 Pretraining on 60,000 images of Fashion-MNIST, no labels",
            ROOT / "examples/fashion_pretrain.yaml")
        finetuned, finetune_points, _ = cluster.run_job(
            "2/3 Fine-tuning from its checkpoint with 100 labels a class",
            ROOT / "examples/fashion_finetune.yaml")
        scratch, scratch_points, _ = cluster.run_job(
            "3/3 The same from scratch, same labels and steps",
            ROOT / "examples/fashion_scratch.yaml")
        print_pretraining(pretrained, points, seconds)
        print_gain(finetuned, scratch)
        picture = DEMO / "curves.svg"
        picture.write_text(loss_curve.draw(
            pretraining=history(points, "loss"),
            knn={name.removeprefix("knn_top1_").replace("_", " "): history(points, name)
                 for name in block_names(points)},
            finetuned=history(finetune_points, "top1"),
            scratch=history(scratch_points, "top1")), encoding="utf-8")
        print(f"\n  checkpoints   {pretrained['folder']}/checkpoints  (nepactl checkpoints list)")
        print(f"  registry      {DEMO / 'coordinator'}  (SQLite: jobs, checkpoints, events, metrics)")
        print(f"  picture       {picture}")
        print(f"\nAll of it took {time.monotonic() - begin:.0f} s.")
    except KeyboardInterrupt:
        print("\n\nInterrupted: the worker ends at a checkpoint, then the coordinator. Ctrl-C again kills "
              "them.\nWhat was trained stays in demo/ until the next ./dev demo, which begins anew.", flush=True)
        sys.exit(130)
    finally:
        cluster.stop()


if __name__ == "__main__":
    os.environ.pop("NEPA_COORDINATOR", None)
    main()
