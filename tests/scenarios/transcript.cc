#include "tests/scenarios/transcript.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/io/file.h"
#include "tests/support/kept_text.h"

namespace nepa::testing {

std::string JoinLines(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
  return text;
}

std::string PlayTranscript(const std::string& transcript, const Say& say) {
  std::string played;
  Parts parts;
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
    if (line == "--- said") played += say(parts);
  }
  return played;
}

void ExpectTranscripts(const std::string& folder, const Say& say) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  ASSERT_FALSE(paths.empty());
  for (const std::string& path : paths) {
    const auto transcript = io::ReadFile(path, 1 << 20);
    ASSERT_TRUE(transcript.ok()) << transcript.status();
    ExpectKept(path, PlayTranscript(*transcript, say));
  }
}

}  // namespace nepa::testing
