#include "cli/failure.h"

#include <gtest/gtest.h>

namespace nepa::cli {
namespace {

TEST(FailureTest, EachKindOfFailureHasItsDocumentedExitCode) {
  EXPECT_EQ(ExitCodeFor(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCodeFor(absl::InternalError("")), 1);
  EXPECT_EQ(ExitCodeFor(absl::DataLossError("")), 1);
  EXPECT_EQ(ExitCodeFor(absl::InvalidArgumentError("")), 2);
  EXPECT_EQ(ExitCodeFor(absl::UnavailableError("")), 3);
  EXPECT_EQ(ExitCodeFor(absl::DeadlineExceededError("")), 3);
  EXPECT_EQ(ExitCodeFor(absl::PermissionDeniedError("")), 4);
  EXPECT_EQ(ExitCodeFor(absl::FailedPreconditionError("")), 4);
  EXPECT_EQ(ExitCodeFor(absl::ResourceExhaustedError("")), 4);
  EXPECT_EQ(ExitCodeFor(absl::NotFoundError("")), 5);
}

TEST(FailureTest, WhatBefallsALocalFileNeverReadsAsTheCoordinators) {
  for (const absl::Status& status :
       {absl::NotFoundError("opening a"), absl::UnavailableError("opening a"),
        absl::PermissionDeniedError("opening a"), absl::ResourceExhaustedError("opening a")}) {
    EXPECT_EQ(ExitCodeFor(LocalFailure(status)), 2) << status;
  }
  EXPECT_EQ(LocalFailure(absl::NotFoundError("opening a"), "name another").message(),
            "opening a; name another");
  EXPECT_TRUE(LocalFailure(absl::OkStatus(), "name another").ok());
}

TEST(FailureTest, AKeyOfAJobFileForgesNoFaultOfItsOwn) {
  v1::JobFileFault fault;
  fault.set_file("a.yaml");
  fault.set_line(2);
  fault.set_column(1);
  fault.set_field("c\nj2.yaml:1:1: x");
  fault.set_message("unknown field \x1b[2J");
  EXPECT_EQ(FailureText(RefusedFile({fault})),
            "a.yaml:2:1: c\\nj2.yaml:1:1: x: unknown field \\x1b[2J\n");
}

TEST(FailureTest, ARefusedFileIsPrintedOneLineAFaultWithItsPlace) {
  v1::JobFileFault first;
  first.set_file("jobs/a.yaml");
  first.set_line(12);
  first.set_column(4);
  first.set_field("data.train.format");
  first.set_message("\"idxx\" is none of idx, image_folder, synthetic; nearest: idx");
  v1::JobFileFault override_fault;
  override_fault.set_file("--set");
  override_fault.set_field("seed");
  override_fault.set_message("expected a number");
  v1::JobFileFault broken;
  broken.set_file("jobs/a.yaml");
  broken.set_line(1);
  broken.set_column(1);
  broken.set_message("broken YAML");
  EXPECT_EQ(FailureText(RefusedFile({first, override_fault, broken})),
            "jobs/a.yaml:12:4: data.train.format: \"idxx\" is none of idx, image_folder, "
            "synthetic; nearest: idx\n"
            "--set seed: expected a number\n"
            "jobs/a.yaml:1:1: broken YAML\n");
  EXPECT_EQ(ExitCodeFor(RefusedFile({first})), 2);
}

TEST(FailureTest, AnyOtherFailureIsOneLineOfNepactl) {
  EXPECT_EQ(FailureText(absl::NotFoundError("no job 'x'")), "nepactl: no job 'x'\n");
}

}  // namespace
}  // namespace nepa::cli
