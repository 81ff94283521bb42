// Reading whole job files: what a right one means, and what it carries along.
#include "common/config/job_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/job_spec_json.h"
#include "common/io/file.h"

namespace nepa::config {
namespace {

TEST(JobFile, ExamplesAreRightAndGoThroughJsonUnchanged) {
  for (const char* name :
       {"fashion_pretrain", "fashion_finetune", "fashion_scratch", "nepa_base_in1k_pretrain",
        "nepa_large_in1k_pretrain", "nepa_base_in1k_finetune", "nepa_large_in1k_finetune"}) {
    const std::string file = std::string("examples/") + name + ".yaml";
    const auto text = io::ReadFile(file, kMaxJobFileBytes);
    ASSERT_TRUE(text.ok()) << text.status();
    const JobFileResult result = ReadJobFile({*text, file, "/jobs", {}});
    for (const Fault& fault : result.faults) ADD_FAILURE() << FormatFault(fault);
    ASSERT_TRUE(result.job);
    const auto again = JobFileFromJson(ToJson(*result.job));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(*again, *result.job);
  }
}

}  // namespace
}  // namespace nepa::config
