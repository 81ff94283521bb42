// docs/job-file.md is made from the table of fields. After a change that is meant, NEPA_REWRITE=1
// writes the page anew.
#include "common/config/job_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/job_fields.h"
#include "tests/support/kept_text.h"

namespace nepa::config {
namespace {

using ::testing::HasSubstr;

TEST(JobReference, IsThePageInTheDocuments) {
  nepa::testing::ExpectKept("docs/job-file.md", JobReferenceMarkdown());
}

TEST(JobReference, ExplainsEveryField) {
  const std::string text = JobReferenceMarkdown();
  for (const Field& field : JobFields()) EXPECT_THAT(text, HasSubstr(field.doc)) << field.name;
  for (const Section& section : JobSections()) EXPECT_THAT(text, HasSubstr(section.doc));
}

TEST(JobReference, GivesTheDefaultsOfEachRecipe) {
  const std::string text = JobReferenceMarkdown();
  EXPECT_THAT(text, HasSubstr("| `0.0003`; finetune: `0.0015`; finetune, large: `0.001` |"));
  EXPECT_THAT(text, HasSubstr("| `768`; large: `1024` |"));
  EXPECT_THAT(text, HasSubstr("| `2.5%`; finetune: `20%`; finetune, large: `30%` |"));
}

}  // namespace
}  // namespace nepa::config
