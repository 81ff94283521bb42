// What the operator of a coordinator may choose and the core decides by.
#ifndef NEPA_COORDINATOR_CORE_SETTINGS_H_
#define NEPA_COORDINATOR_CORE_SETTINGS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace nepa::core {

struct Settings {
  std::string storage;  // absolute; for workers that were told no path of their own
  absl::Duration report_interval = absl::Milliseconds(250);  // a worker reports at least this often
  absl::Duration lease = absl::Seconds(10);  // a worker silent for longer is given up

  // Pause before the attempt after a fault of the machine: none after one that brought a checkpoint
  // or the first in a row that did not, then `backoff_first`, doubled each time up to
  // `backoff_most`.
  absl::Duration backoff_first = absl::Seconds(1);
  absl::Duration backoff_most = absl::Seconds(60);
  // Pause before a job goes on after its worker left in order, so that it does not meet the same
  // worker on its way out.
  absl::Duration drain_pause = absl::Milliseconds(500);

  absl::Duration keep_requests = absl::Hours(24 * 7);   // how long a repeated id gets its answer
  absl::Duration forget_workers = absl::Hours(24 * 7);  // how long a lost worker is listed
  size_t max_requests = 100'000;  // remembered; the oldest are forgotten first
  // The history of workers has at most so many events, and until it is trimmed next a tenth more.
  int64_t keep_worker_events = 10000;

  // Who is told of the ends of jobs that name nobody themselves; "": nobody.
  std::string notify_url;
  // Hosts that jobs may name, in small letters; none: any.
  std::optional<std::vector<std::string>> notify_hosts;
  // A receiver that does not answer well is tried again after a pause that grows each time, at most
  // `notify_tries` times in all, and not later than this after the job's end.
  absl::Duration notify_first_pause = absl::Seconds(1);
  int64_t notify_pause_growth = 4;
  int64_t notify_tries = 6;
  absl::Duration notify_patience = absl::Minutes(10);
  size_t max_notifying = 64;  // notifications that are being sent at once

  size_t max_unfinished_jobs = 10000;
  size_t max_workers = 10000;
};

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_SETTINGS_H_
