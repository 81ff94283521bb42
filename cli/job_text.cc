#include "cli/job_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/format.h"
#include "cli/words.h"
#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

std::string Moment(bool is_set, const google::protobuf::Timestamp& time, absl::Time now) {
  if (!is_set) return "";
  return absl::StrCat(TimeText(rpc::FromMessage(time)), " (", AgeText(now - rpc::FromMessage(time)),
                      " ago)");
}

std::string Steps(const v1::Job& job) {
  std::string text = CountText(job.step());
  if (job.total_steps() > 0) {
    absl::StrAppend(&text, " of ", CountText(job.total_steps()),
                    absl::StrFormat(" (%.1f %%)", 100.0 * job.step() / job.total_steps()));
  }
  return text;
}

std::string Gang(const v1::Job& job) {
  return absl::StrJoin(job.gang(), "\n", [](std::string* out, const v1::GangMember& member) {
    absl::StrAppend(out, "rank ", member.rank(), " on ", member.worker());
    if (member.pid() != 0) absl::StrAppend(out, ", process ", member.pid());
  });
}

std::string Metrics(const v1::Job& job) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : job.metrics()) {
    lines.push_back(absl::StrCat(name, " ", MetricText(name, value)));
  }
  std::sort(lines.begin(), lines.end());
  return absl::StrJoin(lines, "\n");
}

}  // namespace

std::string ExitText(const v1::Job& job) {
  if (!job.has_exit()) return "";
  std::string text = job.exit().kind();
  if (job.exit().rank() >= 0) absl::StrAppend(&text, " (rank ", job.exit().rank(), ")");
  if (!job.exit().message().empty()) absl::StrAppend(&text, ": ", job.exit().message());
  return text;
}

FieldList JobFields(const v1::Job& job, absl::Time now) {
  FieldList fields;
  fields.Add("Id", job.id());
  fields.Add("Name", job.name());
  fields.Add("Kind", job.kind());
  fields.Add("Phase", {PhaseWord(job.phase()), PhaseColor(job.phase())});
  fields.Add("Reason", job.reason());
  fields.Add("Exit", ExitText(job));
  fields.Add("Step", Steps(job));
  fields.Add("Epoch", absl::StrFormat("%.2f", job.epoch()));
  fields.Add("Metrics", Metrics(job));
  fields.Add("Attempt", absl::StrCat(job.attempt()));
  fields.Add("Restarts", absl::StrCat(job.restarts()));
  fields.Add("Ranks", absl::StrCat(job.ranks()));
  fields.Add("Gang", Gang(job));
  fields.Add("Workers", absl::StrJoin(job.workers(), ", "));
  fields.Add("Checkpoints", absl::StrJoin(job.checkpoints(), ", "));
  fields.Add("Folder", job.folder());
  fields.Add("User", job.user());
  fields.Add("Queue", job.queue());
  fields.Add("Priority", absl::StrCat(job.priority()));
  fields.Add("Submitted", Moment(job.has_submitted_at(), job.submitted_at(), now));
  fields.Add("Started", Moment(job.has_started_at(), job.started_at(), now));
  fields.Add("Ended", Moment(job.has_ended_at(), job.ended_at(), now));
  return fields;
}

}  // namespace nepa::cli
