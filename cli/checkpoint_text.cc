#include "cli/checkpoint_text.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/format.h"
#include "cli/words.h"
#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

std::string Metric(const v1::Checkpoint& checkpoint, const char* name) {
  const auto found = checkpoint.metrics().find(name);
  return found == checkpoint.metrics().end() ? "" : MetricText(name, found->second);
}

// What @best goes by: the accuracy that the job's kind has.
std::string Accuracy(const v1::Checkpoint& checkpoint) {
  for (const char* name : {"ema_top1", "top1", "knn_top1"}) {
    if (std::string text = Metric(checkpoint, name); !text.empty()) return text;
  }
  return "";
}

}  // namespace

Table CheckpointTable(const std::vector<v1::Checkpoint>& checkpoints, absl::Time now) {
  Table table({{"ID"},
               {"JOB"},
               {"STEP", Align::kRight},
               {"EPOCH", Align::kRight},
               {"LOSS", Align::kRight},
               {"ACCURACY", Align::kRight},
               {"SIZE", Align::kRight},
               {"STATE"},
               {"PINNED"},
               {"AGE", Align::kRight}});
  for (const v1::Checkpoint& checkpoint : checkpoints) {
    table.AddRow({checkpoint.id(),
                  checkpoint.job(),
                  CountText(checkpoint.step()),
                  absl::StrFormat("%.1f", checkpoint.epoch()),
                  Metric(checkpoint, "loss"),
                  Accuracy(checkpoint),
                  BytesText(checkpoint.bytes()),
                  {StateWord(checkpoint.state()), StateColor(checkpoint.state())},
                  checkpoint.pinned() ? "yes" : "",
                  AgeText(now - rpc::FromMessage(checkpoint.created_at()))});
  }
  return table;
}

FieldList CheckpointFields(const v1::Checkpoint& checkpoint, absl::Time now) {
  std::vector<std::string> metrics;
  for (const auto& [name, value] : checkpoint.metrics()) {
    metrics.push_back(absl::StrCat(name, " ", MetricText(name, value)));
  }
  std::sort(metrics.begin(), metrics.end());
  FieldList fields;
  fields.Add("Id", checkpoint.id());
  fields.Add("Job", checkpoint.job());
  fields.Add("Attempt", absl::StrCat(checkpoint.attempt()));
  fields.Add("Step", CountText(checkpoint.step()));
  fields.Add("Epoch", absl::StrFormat("%.2f", checkpoint.epoch()));
  fields.Add("State", {StateWord(checkpoint.state()), StateColor(checkpoint.state())});
  fields.Add("Pinned", checkpoint.pinned() ? "yes" : "no");
  fields.Add("Metrics", absl::StrJoin(metrics, "\n"));
  fields.Add("Size", BytesText(checkpoint.bytes()));
  fields.Add("SHA-256", checkpoint.sha256());
  fields.Add("Path", checkpoint.path());
  fields.Add("Created",
             absl::StrCat(TimeText(rpc::FromMessage(checkpoint.created_at())), " (",
                          AgeText(now - rpc::FromMessage(checkpoint.created_at())), " ago)"));
  return fields;
}

}  // namespace nepa::cli
