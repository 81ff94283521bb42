#include "worker/train/loop/standby.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "common/io/unique_fd.h"

namespace nepa::loop {
namespace {

class StandbyTest : public ::testing::Test {
 protected:
  StandbyTest() {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    read_.Reset(ends[0]);
    write_.Reset(ends[1]);
  }
  void Write(const std::string& text) {
    ASSERT_EQ(::write(write_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  io::UniqueFd read_, write_;
};

TEST_F(StandbyTest, TakesTheFirstLineAndLeavesWhatFollows) {
  const frames::Begin begin{"/state/job.json", "/jobs/j1/rank-0.log"};
  Write(frames::Encode(begin) + "\nnext");
  const auto told = AwaitBegin(read_.get());
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(*told, begin);
  char rest[5] = {};
  ASSERT_EQ(::read(read_.get(), rest, 4), 4);
  EXPECT_STREQ(rest, "next");
}

TEST_F(StandbyTest, TheEndOfThePipeMeansThatItIsNotNeeded) {
  Write("{\"type\":");
  write_.Reset();
  const auto told = AwaitBegin(read_.get());
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_FALSE(told->has_value());
}

TEST_F(StandbyTest, AnotherLineIsRefused) {
  Write("{\"type\":\"stop\",\"checkpoint\":true}\n");
  EXPECT_TRUE(absl::IsInvalidArgument(AwaitBegin(read_.get()).status()));
}

}  // namespace
}  // namespace nepa::loop
