#include "common/config/fault.h"

#include <gtest/gtest.h>

namespace nepa::config {
namespace {

TEST(Fault, NamesFileLineColumnAndField) {
  EXPECT_EQ(FormatFault({"a.yaml", {3, 7}, "seed", "wrong"}), "a.yaml:3:7: seed: wrong");
  EXPECT_EQ(FormatFault({"a.yaml", {3, 7}, "", "broken"}), "a.yaml:3:7: broken");
  EXPECT_EQ(FormatFault({"a.yaml", {}, "", "too long"}), "a.yaml: too long");
}

TEST(Fault, OfAnOverrideReadsLikeTheCommandLine) {
  EXPECT_EQ(FormatFault({kOverrideFile, {}, "seed", "wrong"}), "--set seed: wrong");
}

TEST(Fault, StaysOnOneLine) {
  EXPECT_EQ(FormatFault({"a\nb.yaml", {1, 1}, "x\ny", "z\r\n"}), "a\\nb.yaml:1:1: x\\ny: z\\r\\n");
  EXPECT_EQ(FormatFault({"a.yaml", {1, 1}, "x", "\x1b[2J\x7f"}), "a.yaml:1:1: x: \\x1b[2J\\x7f");
}

TEST(Fault, FoundLaterPointsAtTheFieldOrTheMappingAroundIt) {
  JobFile job;
  job.file = "a.yaml";
  job.positions = {{"data", {2, 3}}, {"data.train", {3, 5}}, {"data.train.path", {4, 11}}};
  EXPECT_EQ(FormatFault(FaultAt(job, "data.train.path", "no such folder")),
            "a.yaml:4:11: data.train.path: no such folder");
  EXPECT_EQ(FormatFault(FaultAt(job, "data.train.labels", "missing")),
            "a.yaml:3:5: data.train.labels: missing");
  EXPECT_EQ(FormatFault(FaultAt(job, "model.from", "gone")), "a.yaml: model.from: gone");
}

}  // namespace
}  // namespace nepa::config
