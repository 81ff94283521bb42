#include "cli/job_rows.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/format.h"
#include "cli/words.h"
#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

std::string Metric(const v1::Job& job, const char* name) {
  const auto found = job.metrics().find(name);
  return found == job.metrics().end() ? "" : MetricText(name, found->second);
}

std::string Steps(const v1::Job& job) {
  if (job.total_steps() == 0) return CountText(job.step());
  return absl::StrCat(CountText(job.step()), "/", CountText(job.total_steps()));
}

// How long it ran or has been running since its first step; nothing while it waits for a person or
// for slots.
std::string Duration(const v1::Job& job, absl::Time now) {
  const bool waits = job.phase() == v1::PHASE_PAUSED || job.phase() == v1::PHASE_QUEUED;
  if (!job.has_started_at() || waits) return "";
  const absl::Time end = job.has_ended_at() ? rpc::FromMessage(job.ended_at()) : now;
  return DurationText(end - rpc::FromMessage(job.started_at()));
}

}  // namespace

Table JobTable(const std::vector<v1::Job>& jobs, absl::Time now) {
  Table table({{"ID"},
               {"NAME"},
               {"KIND"},
               {"PHASE"},
               {"STEP", Align::kRight},
               {"EPOCH", Align::kRight},
               {"LOSS", Align::kRight},
               {"IMAGES/S", Align::kRight},
               {"RESTARTS", Align::kRight},
               {"TIME", Align::kRight},
               {"AGE", Align::kRight}});
  for (const v1::Job& job : jobs) {
    table.AddRow({job.id(),
                  job.name(),
                  job.kind(),
                  {PhaseWord(job.phase()), PhaseColor(job.phase())},
                  Steps(job),
                  absl::StrFormat("%.1f", job.epoch()),
                  Metric(job, "loss"),
                  job.phase() == v1::PHASE_RUNNING ? Metric(job, "images_per_second") : "",
                  absl::StrCat(job.restarts()),
                  Duration(job, now),
                  AgeText(now - rpc::FromMessage(job.submitted_at()))});
  }
  return table;
}

}  // namespace nepa::cli
