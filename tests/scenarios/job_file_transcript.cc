#include "tests/scenarios/job_file_transcript.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/config/effective_yaml.h"
#include "common/config/job_binding.h"
#include "common/config/job_fields.h"
#include "common/config/job_file.h"

namespace nepa::config {
namespace {

using testing::JoinLines;
using testing::Lines;
using testing::Parts;

std::string FileText(Parts& parts) {
  if (parts.count("file escaped") == 0) return JoinLines(parts["file"]);
  std::string text;
  absl::CUnescape(absl::StrReplaceAll(JoinLines(parts["file escaped"]), {{"\n", ""}}), &text);
  return text;
}

}  // namespace

std::string SayOfJobFile(Parts& parts) {
  const JobFileResult result =
      ReadJobFile({FileText(parts), "job.yaml", "/home/ada/jobs", parts["set"]});
  std::string said;
  for (const Fault& fault : result.faults) absl::StrAppend(&said, FormatFault(fault), "\n");
  if (!result.job) return said;
  said = "right\n";
  const Node effective = ToNode(result.job->spec);
  for (const std::string& dotted : parts["show"]) {
    const Node* node = &effective;
    for (const std::string& key : Lines(absl::StrSplit(dotted, '.'))) {
      if (node != nullptr) node = node->Find(key);
    }
    std::string value = node == nullptr ? "not written\n" : YamlText(*node);
    value.pop_back();
    const bool block = node != nullptr && node->is_mapping() && !node->entries.empty();
    value = absl::StrCat(block ? "\n" : " ", value);
    absl::StrAppend(&said, dotted, ":", absl::StrReplaceAll(value, {{"\n", "\n  "}}), "\n");
  }
  return said;
}

}  // namespace nepa::config
