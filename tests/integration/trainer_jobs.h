// Jobs for a trainer that runs without cluster, and what they leave behind.
#ifndef NEPA_TESTS_INTEGRATION_TRAINER_JOBS_H_
#define NEPA_TESTS_INTEGRATION_TRAINER_JOBS_H_

#include <map>
#include <string>
#include <vector>

#include "common/frames/frames.h"
#include "common/frames/trainer_job.h"

namespace nepa::testing {

// A folder of this test's own, empty at first.
std::string FreshFolder(const std::string& name);

// The trainer's job for the job file `yaml` ("job.yaml" in messages) with --set `overrides`.
frames::TrainerJob JobIn(const std::string& folder, const std::string& yaml,
                         const std::vector<std::string>& overrides = {});

// The checkpoint folder of the highest step; "" if there is none.
std::string LatestCheckpoint(const frames::TrainerJob& job);

// A TCP port of the loopback address that was free a moment ago.
int64_t FreePort();

// The bytes of a file; "" if it isn't there.
std::string Contents(const std::string& path);

// Weights, EMA, optimizer and ledger of an ended job, each in one string for comparing bits; and of
// each step with a checkpoint its latest trainer.json, without attempt and timings.
struct Outcome {
  std::string weights, ema, optimizer, ledger;
  std::map<int64_t, std::string> states;
};
Outcome OutcomeOf(const frames::TrainerJob& job);

// The points of one metric history, as a coordinator keeps it: an attempt that resumes from a
// checkpoint forgets those of later steps. Without timings.
struct History {
  using Points = std::map<int64_t, std::map<std::string, double>>;
  Points steps;        // of training steps; which ones is a matter of time
  Points evaluations;  // of evaluations

  // Takes the frames of the next attempt.
  void Add(const std::vector<frames::Frame>& seen);
};

}  // namespace nepa::testing

#endif  // NEPA_TESTS_INTEGRATION_TRAINER_JOBS_H_
