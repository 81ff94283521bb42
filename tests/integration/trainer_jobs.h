// Jobs for a trainer that runs without cluster, and what they leave behind.
#ifndef NEPA_TESTS_INTEGRATION_TRAINER_JOBS_H_
#define NEPA_TESTS_INTEGRATION_TRAINER_JOBS_H_

#include <string>
#include <vector>

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

// Weights, EMA, optimizer and ledger of an ended job, in one string for comparing bits.
struct Outcome {
  std::string weights, ema, optimizer, ledger;
  bool operator==(const Outcome&) const = default;
};
Outcome OutcomeOf(const frames::TrainerJob& job);

}  // namespace nepa::testing

#endif  // NEPA_TESTS_INTEGRATION_TRAINER_JOBS_H_
