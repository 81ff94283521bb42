// The simulation is worth what it finds: each of these programs has one fault planted in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "tests/support/program.h"

namespace nepa::simulation {
namespace {

using nepa::testing::Output;
using nepa::testing::RunProgram;
using ::testing::HasSubstr;

std::vector<std::string> Faults() { return absl::StrSplit(std::getenv("NEPA_FAULTS"), ','); }

class PlantedFault : public ::testing::TestWithParam<std::string> {};

TEST_P(PlantedFault, IsFound) {
  const Output found =
      RunProgram(std::string(std::getenv("NEPA_FAULT_PROGRAMS")) + "/simulate-" + GetParam(),
                 {"--seeds", "300", "--workers", "12", "--jobs", "50"}, absl::Seconds(120));
  EXPECT_EQ(found.code, 1) << found.out << found.error;
  EXPECT_THAT(found.out, HasSubstr("replay it: ./dev simulate --seed "));
  GTEST_LOG_(INFO) << GetParam() << ": " << found.out;
}

INSTANTIATE_TEST_SUITE_P(Each, PlantedFault, ::testing::ValuesIn(Faults()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace nepa::simulation
