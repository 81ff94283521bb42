#include "tests/scenarios/job_file_transcript.h"

#include <map>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/config/effective_yaml.h"
#include "common/config/job_binding.h"
#include "common/config/job_fields.h"
#include "common/config/job_file.h"

namespace nepa::config {
namespace {

using Lines = std::vector<std::string>;

std::string Joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
  return text;
}

std::string FileText(std::map<std::string, Lines>& parts) {
  if (parts.count("file escaped") == 0) return Joined(parts["file"]);
  std::string text;
  absl::CUnescape(absl::StrReplaceAll(Joined(parts["file escaped"]), {{"\n", ""}}), &text);
  return text;
}

std::string Said(std::map<std::string, Lines>& parts) {
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

}  // namespace

std::string PlayTranscript(const std::string& transcript) {
  std::string played;
  std::map<std::string, Lines> parts;
  std::string part;
  Lines lines = absl::StrSplit(transcript, '\n');
  if (lines.back().empty()) lines.pop_back();
  for (const std::string& line : lines) {
    const bool starts_case = absl::StartsWith(line, "=== ");
    if (starts_case) parts.clear();
    if (absl::StartsWith(line, "--- ")) {
      part = line.substr(4);
    } else if (starts_case) {
      part.clear();
    } else if (part == "said") {
      continue;
    } else {
      parts[part].push_back(line);
    }
    if (starts_case && !played.empty()) played += "\n";
    if (!part.empty() || starts_case) absl::StrAppend(&played, line, "\n");
    if (line == "--- said") played += Said(parts);
  }
  return played;
}

}  // namespace nepa::config
