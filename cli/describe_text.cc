#include "cli/describe_text.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/configuration_text.h"
#include "cli/explain_text.h"
#include "cli/format.h"
#include "cli/job_text.h"
#include "cli/metric_chart.h"
#include "cli/progress.h"
#include "cli/words.h"
#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

constexpr size_t kShownEvents = 5;

std::string Ago(const google::protobuf::Timestamp& time, absl::Time now) {
  return absl::StrCat(AgeText(now - rpc::FromMessage(time)), " ago");
}

std::string Moment(const google::protobuf::Timestamp& time, absl::Time now) {
  return absl::StrCat(TimeText(rpc::FromMessage(time)), ", ", Ago(time, now));
}

std::string WhatItIs(const v1::Job& job, absl::Time now) {
  std::string text = absl::StrCat(job.kind(), ", priority ", job.priority());
  if (!job.queue().empty()) absl::StrAppend(&text, ", queue ", job.queue());
  absl::StrAppend(&text, "\nsubmitted");
  if (!job.user().empty()) absl::StrAppend(&text, " by ", job.user());
  if (job.has_submitted_at()) absl::StrAppend(&text, " ", Moment(job.submitted_at(), now));
  return text;
}

std::string HowItStands(const v1::Job& job, absl::Time now) {
  std::vector<std::string> lines;
  if (!job.reason().empty()) lines.push_back(job.reason());
  if (job.has_exit() && ExitText(job) != job.reason()) {
    lines.push_back(absl::StrCat("attempt ended: ", ExitText(job)));
  }
  std::string attempts = absl::StrCat("attempt ", job.attempt());
  if (job.restarts() > 0) {
    absl::StrAppend(&attempts, ", ", job.restarts(),
                    job.restarts() == 1 ? " restart" : " restarts");
  }
  lines.push_back(job.attempt() == 0 ? "no attempt yet" : attempts);
  if (job.has_started_at()) lines.push_back("first step " + Moment(job.started_at(), now));
  if (job.has_ended_at()) lines.push_back("ended " + Moment(job.ended_at(), now));
  return absl::StrJoin(lines, "\n");
}

std::string HowFar(const v1::Job& job, absl::Time now) {
  std::string text = absl::StrCat("step ", CountText(job.step()));
  if (job.total_steps() > 0) {
    absl::StrAppendFormat(&text, " of %s (%.1f %%)", CountText(job.total_steps()),
                          100.0 * job.step() / job.total_steps());
  }
  absl::StrAppendFormat(&text, ", epoch %.2f", job.epoch());
  if (job.epochs() > 0) absl::StrAppendFormat(&text, " of %g", job.epochs());
  const auto left = TimeLeft(job);
  if (job.phase() == v1::PHASE_RUNNING && left.has_value()) {
    absl::StrAppend(&text, "\ndone in ", DurationText(*left), ", at ",
                    absl::FormatTime("%Y-%m-%d %H:%M UTC", now + *left, absl::UTCTimeZone()));
  }
  return text;
}

std::string HowFast(const v1::Job& job) {
  const auto speed = job.metrics().find("images_per_second");
  if (speed == job.metrics().end() || !(speed->second > 0)) return "";
  std::string text = absl::StrCat(MetricText("images_per_second", speed->second), " images/s");
  if (job.global_batch() > 0) {
    absl::StrAppendFormat(&text, ", %.3g s a step of %s images",
                          static_cast<double>(job.global_batch()) / speed->second,
                          CountText(job.global_batch()));
  }
  return text;
}

// "loss  -0.9123, best -0.9201 at step 1,200".
std::string WhatItLearns(const v1::Job& job, const std::vector<v1::MetricPoint>& points) {
  const std::map<std::string, BestValue> best = BestValues(points);
  std::map<std::string, std::string> lines;
  for (const auto& [name, value] : job.metrics()) {
    if (name == "images_per_second" || absl::StrContains(name, "_block_")) continue;
    std::string line = absl::StrCat(name, " ", MetricText(name, value));
    if (const auto found = best.find(name); found != best.end()) {
      absl::StrAppend(&line, ", best ", MetricText(name, found->second.value), " at step ",
                      CountText(found->second.step));
    }
    lines[name] = line;
  }
  return absl::StrJoin(
      lines, "\n", [](std::string* out, const auto& line) { absl::StrAppend(out, line.second); });
}

std::string WhereItRuns(const v1::Job& job) {
  const bool lives = job.phase() == v1::PHASE_STARTING || job.phase() == v1::PHASE_RUNNING;
  return absl::StrJoin(job.gang(), "\n", [&](std::string* out, const v1::GangMember& member) {
    absl::StrAppend(out, "rank ", member.rank(), lives ? " on " : " was on ", member.worker());
    if (lives && member.pid() != 0) absl::StrAppend(out, ", process ", member.pid());
  });
}

std::string Files(const v1::Job& job) {
  if (job.folder().empty()) return "";
  return absl::StrCat(job.folder(), "\nlogs: ", job.folder(), "/logs");
}

std::string WhatHappened(const std::vector<v1::Event>& events, absl::Time now) {
  std::vector<std::string> lines;
  for (size_t i = events.size() - std::min(events.size(), kShownEvents); i < events.size(); ++i) {
    lines.push_back(
        absl::StrCat(Ago(events[i].time(), now), " ", events[i].kind(), ": ", events[i].message()));
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace

std::map<std::string, BestValue> BestValues(const std::vector<v1::MetricPoint>& points) {
  std::map<std::string, BestValue> best;
  for (const v1::MetricPoint& point : points) {
    for (const auto& [name, value] : point.values()) {
      if ((name != "loss" && !IsFraction(name)) || !std::isfinite(value)) continue;
      const auto [entry, fresh] = best.try_emplace(name, BestValue{value, point.step()});
      const bool better =
          name == "loss" ? value < entry->second.value : value > entry->second.value;
      if (!fresh && better) entry->second = {value, point.step()};
    }
  }
  return best;
}

FieldList DescribeFields(const v1::Job& job, const std::vector<v1::MetricPoint>& points,
                         const std::vector<v1::Event>& events, absl::Time now) {
  FieldList fields;
  fields.Add("Job", JobTitle(job));
  fields.Add("What", WhatItIs(job, now));
  fields.Add("Phase", {PhaseWord(job.phase()), PhaseColor(job.phase())});
  fields.Add("Why", HowItStands(job, now));
  fields.Add("Progress", HowFar(job, now));
  fields.Add("Speed", HowFast(job));
  fields.Add("Metrics", WhatItLearns(job, points));
  fields.Add("Runs on", WhereItRuns(job));
  fields.Add("Files", Files(job));
  fields.Add("Checkpoints", absl::StrJoin(job.checkpoints(), ", "));
  fields.Add("Events", WhatHappened(events, now));
  fields.Add("Next", NextSteps(job));
  return fields;
}

Json DescribeJson(const v1::Job& job, const std::vector<v1::MetricPoint>& points) {
  Json json = JobJson(job);
  const auto left = TimeLeft(job);
  json["seconds_left"] = job.phase() == v1::PHASE_RUNNING && left.has_value()
                             ? Json(absl::ToDoubleSeconds(*left))
                             : Json(nullptr);
  Json best = Json::object();
  for (const auto& [name, value] : BestValues(points)) {
    best[name] = {{"value", value.value}, {"step", value.step}};
  }
  json["best"] = best;
  json["configuration"] = ConfigurationJson(job);
  return json;
}

}  // namespace nepa::cli
