#include "worker/train/model/safetensors.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/io/file.h"

namespace nepa::model {
namespace {

using testing::HasSubstr;

std::string Path(const std::string& name) { return testing::TempDir() + "/" + name; }

// A file with this header and so many bytes of data.
std::string WriteRaw(const std::string& name, const std::string& header, size_t data_bytes) {
  const uint64_t length = header.size();
  std::ofstream out(Path(name), std::ios::binary);
  out.write(reinterpret_cast<const char*>(&length), sizeof(length));
  out << header << std::string(data_bytes, '\0');
  return Path(name);
}

TEST(SafetensorsTest, GivesBackWhatWasWritten) {
  const at::Tensor matrix = at::arange(6, at::kFloat).view({2, 3});
  const at::Tensor labels = at::arange(4, at::kLong);
  const at::Tensor low = at::arange(3, at::kFloat).to(at::kBFloat16);
  const std::string path = Path("whole.safetensors");
  ASSERT_TRUE(WriteSafetensors(path, TensorMap{{"z", matrix.t()}, {"a", labels}, {"m", low}}).ok());
  const auto read = ReadSafetensors(path);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->size(), 3u);
  EXPECT_TRUE(read->at("z").equal(matrix.t()));
  EXPECT_TRUE(read->at("a").equal(labels));
  EXPECT_TRUE(read->at("m").equal(low));
}

// Tensors without bytes begin where their neighbour does, wherever the header names them.
TEST(SafetensorsTest, TensorsWithoutBytesStandAmongOthers) {
  std::string header = "{";
  for (char name = 'a'; name <= 'z'; ++name) {
    header +=
        std::string("\"") + name + R"(": {"dtype": "U8", "shape": [0], "data_offsets": [4, 4]}, )";
  }
  header += R"("A": {"dtype": "U8", "shape": [4], "data_offsets": [4, 8]}, )";
  header += R"("B": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}})";
  const auto read = ReadSafetensors(WriteRaw("empty.safetensors", header, 8));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->size(), 28u);
}

TEST(SafetensorsTest, SaysThatTheTensorsAreTorchs) {
  const std::string path = Path("metadata.safetensors");
  ASSERT_TRUE(WriteSafetensors(path, TensorMap{{"a", at::ones({1})}}).ok());
  const auto bytes = io::ReadFile(path, 1 << 20);
  ASSERT_TRUE(bytes.ok());
  EXPECT_THAT(*bytes, HasSubstr(R"("__metadata__":{"format":"pt"})"));
}

TEST(SafetensorsTest, AFileCutOffIsDamaged) {
  const std::string path = Path("cut.safetensors");
  ASSERT_TRUE(WriteSafetensors(path, TensorMap{{"a", at::ones({100})}}).ok());
  auto bytes = io::ReadFile(path, 1 << 20);
  ASSERT_TRUE(bytes.ok());
  for (const size_t length : {size_t{0}, size_t{7}, size_t{20}, bytes->size() - 1}) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes->substr(0, length);
    EXPECT_EQ(ReadSafetensors(path).status().code(), absl::StatusCode::kDataLoss) << length;
  }
}

TEST(SafetensorsTest, AHeaderThatContradictsItselfIsDamaged) {
  const struct {
    const char* header;
    const char* complaint;
  } cases[] = {
      {"[]", "not a JSON object"},
      {R"({"a":{"dtype":"F32","shape":[2]}})", "no dtype, shape and data_offsets"},
      {R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})",
       "cut short: its tensors take 12 bytes, and 8 follow"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}})", "impossible data_offsets"},
      {R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", "shape of 12 bytes"},
      {R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", "impossible shape"},
      {R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}})",
       "impossible shape"},
      {R"({"a":{"dtype":"F32","shape":[0,1099511627776,1099511627776],"data_offsets":[0,0]}})",
       "impossible shape"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "leaves a hole"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
       R"("b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
       "overlaps"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "no tensor owns"},
  };
  for (const auto& c : cases) {
    const absl::Status status = ReadSafetensors(WriteRaw("bad", c.header, 8)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << c.header;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.complaint)) << c.header;
  }
}

TEST(SafetensorsTest, TheHeaderAloneTellsDtypesAndShapes) {
  const std::string path = Path("outlines.safetensors");
  ASSERT_TRUE(WriteSafetensors(
                  path, TensorMap{{"a", at::ones({2, 3})}, {"b", at::ones({4}, at::kBFloat16)}})
                  .ok());
  const auto outlines = ReadSafetensorsOutlines(path);
  ASSERT_TRUE(outlines.ok()) << outlines.status();
  EXPECT_EQ(outlines->at("a").shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(outlines->at("a").type, at::kFloat);
  EXPECT_EQ(outlines->at("b").type, at::kBFloat16);
}

TEST(SafetensorsTest, ADtypeUnknownHereIsRefusedByName) {
  const absl::Status status =
      ReadSafetensors(
          WriteRaw("dtype", R"({"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}})", 8))
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("F8_E4M3"));
}

TEST(SafetensorsTest, AMissingFileIsNotFound) {
  EXPECT_EQ(ReadSafetensors(Path("absent")).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace nepa::model
