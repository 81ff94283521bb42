// Job files for the tests of the CLI.
#ifndef NEPA_TESTS_UNIT_CLI_JOB_FILES_H_
#define NEPA_TESTS_UNIT_CLI_JOB_FILES_H_

#include <gtest/gtest.h>

#include <string>

#include "common/config/job_file.h"

namespace nepa::cli {

// Synthetic pretraining in batches of 512, with this `schedule` (YAML).
inline config::JobFile FileOf(const std::string& schedule) {
  const config::JobFileResult result =
      config::ReadJobFile({.text = "name: a\nkind: pretrain\ndata: {train: {format: synthetic}}\n"
                                   "batch: {global: 512}\nschedule: " +
                                   schedule,
                           .file = "a.yaml",
                           .folder = "/jobs",
                           .overrides = {}});
  EXPECT_TRUE(result.job.has_value());
  return result.job.value_or(config::JobFile());
}

}  // namespace nepa::cli

#endif  // NEPA_TESTS_UNIT_CLI_JOB_FILES_H_
