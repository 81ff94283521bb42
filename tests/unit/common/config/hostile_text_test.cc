// Text that nobody would write: reading it ends, soon, in a job or in faults.
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "common/config/job_file.h"
#include "common/config/job_spec_json.h"
#include "common/io/file.h"

namespace nepa::config {
namespace {

void Expect(const std::string& text) {
  const JobFileResult result = ReadJobFile({text, "job.yaml", "/jobs", {text.substr(0, 200)}});
  EXPECT_NE(result.job.has_value(), !result.faults.empty());
  for (const Fault& fault : result.faults) {
    EXPECT_EQ(FormatFault(fault).find('\n'), std::string::npos);
  }
}

TEST(HostileText, OfOneCharacterRepeated) {
  for (const char* piece :
       {"[",   "{", "- ", "? ",    ": ",    "a: ",  "\"",   "'",  "&a ",  "*a ", "!",
        "|\n", "#", "%",  "---\n", "a:\n ", "{a: ", "[a, ", "\\", "<<: ", "\t"}) {
    std::string text;
    while (text.size() < 20'000) text += piece;
    Expect(text);
  }
}

// Nothing may take time by the square of the length: these would take minutes.
TEST(HostileText, OfGreatLength) {
  std::string list = "data: [", mapping = "{", unknown, classes = "model: {id2label: {";
  for (int i = 0; list.size() < 900'000; ++i) list += "\"ü\", ";
  for (int i = 0; mapping.size() < 900'000; ++i) absl::StrAppend(&mapping, i, "x: 1, ");
  for (int i = 0; unknown.size() < 900'000; ++i) absl::StrAppend(&unknown, "unknown", i, ": 1\n");
  for (int i = 0; classes.size() < 900'000; ++i) absl::StrAppend(&classes, i, ": class, ");
  for (const std::string& text :
       {list + "]", mapping + "}", unknown, classes + "}}",
        "name: \"" + std::string(900'000, 'a') + "\"", std::string(900'000, 'a') + ": 1"}) {
    Expect(text);
  }
}

TEST(HostileText, OfExamplesWithBytesChanged) {
  std::mt19937 random(7);  // a failure shows the same texts again
  for (const char* name : {"fashion_pretrain", "nepa_large_in1k_finetune", "fashion_finetune"}) {
    const auto example = io::ReadFile(absl::StrCat("examples/", name, ".yaml"), kMaxJobFileBytes);
    ASSERT_TRUE(example.ok());
    for (int round = 0; round < 1500; ++round) {
      std::string text = *example;
      for (int change = 0; change < 1 + round % 5; ++change) {
        const size_t at = random() % text.size();
        constexpr absl::string_view kBytes = "{}[]:,#&*!|>'\"%@`-? \n\t\\0ax\x80\xff";
        const char byte = kBytes[random() % kBytes.size()];
        switch (random() % 3) {
          case 0:
            text[at] = byte;
            break;
          case 1:
            text.insert(at, 1, byte);
            break;
          default:
            text.erase(at, 1 + random() % 20);
        }
        if (text.empty()) text = "a";
      }
      Expect(text);
    }
  }
}

TEST(HostileText, OfJsonWithBytesChanged) {
  std::mt19937 random(11);
  const JobFileResult result = ReadJobFile(
      {"data: {train: {path: x}, eval: {path: y}}\nevaluation: {knn: true}", "a", "/f", {}});
  ASSERT_TRUE(result.job);
  const std::string json = ToJson(*result.job);
  for (int round = 0; round < 3000; ++round) {
    std::string text = json;
    for (int change = 0; change < 1 + round % 3; ++change) {
      constexpr absl::string_view kBytes = "{}[]:,\"\\0123456789-+eE.ntfu\x80";
      text[random() % text.size()] = kBytes[random() % kBytes.size()];
    }
    const auto job = JobFileFromJson(text);
    if (!job.ok()) continue;
    EXPECT_TRUE(JobFileFromJson(ToJson(*job)).ok()) << text;
  }
}

}  // namespace
}  // namespace nepa::config
