#include "tests/scenarios/disk_recipe.h"

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "worker/train/model/config_json.h"
#include "worker/train/model/model_folder.h"

namespace nepa::testing {
namespace {

namespace fs = std::filesystem;

int64_t Number(const std::string& word) {
  int64_t number = 0;
  EXPECT_TRUE(absl::SimpleAtoi(word, &number)) << word;
  return number;
}

std::string ReadBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteBytes(const std::string& path, const std::string& bytes) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string Idx(const std::vector<int64_t>& dimensions, const std::string& content) {
  std::string bytes = {0, 0, 8, static_cast<char>(dimensions.size())};
  for (const int64_t size : dimensions) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift);
  }
  return bytes + content;
}

std::string Gzipped(const std::string& bytes, const std::string& path) {
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  return ReadBytes(path);
}

void SaveTinyModel(const std::string& folder, const Lines& words) {
  std::string json = R"({"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,)"
                     R"("intermediate_size": 32, "image_size": 28, "patch_size": 7,)"
                     R"("num_channels": 1)";
  for (size_t i = 1; i < words.size(); ++i) {
    const std::vector<std::string> pair = absl::StrSplit(words[i], '=');
    absl::StrAppend(&json, ", \"", pair.at(0), "\": ", pair.at(1));
  }
  const auto config = model::ParseConfigJson(json + "}");
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_TRUE(model::SaveModel(folder, model::VitNepa::Create(*config, 0)).ok());
}

// One file being made.
struct File {
  std::string path;
  std::string bytes;

  void Take(const std::string& step);
  void TakeTensor(const Lines& words);
};

void File::TakeTensor(const Lines& words) {
  auto tensors = model::ReadSafetensors(path);
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  at::Tensor& tensor = tensors->at(words.at(1));
  if (words[0] == "whole_numbers") {
    tensor = tensor.to(at::kLong);
  } else {
    std::vector<int64_t> shape;
    for (size_t i = 2; i < words.size(); ++i) shape.push_back(Number(words[i]));
    tensor = at::zeros(shape);
  }
  ASSERT_TRUE(model::WriteSafetensors(path, *tensors).ok());
  bytes = ReadBytes(path);
}

void File::Take(const std::string& step) {
  const Lines words = absl::StrSplit(step, ' ');
  const std::string& verb = words[0];
  if (verb == "images") {
    const std::vector<int64_t> sizes = {Number(words.at(1)), Number(words.at(2)),
                                        Number(words.at(3))};
    bytes = Idx(sizes, std::string(sizes[0] * sizes[1] * sizes[2], 'x'));
  } else if (verb == "labels") {
    std::string labels;
    for (size_t i = 1; i < words.size(); ++i) labels += static_cast<char>(Number(words[i]));
    bytes = Idx({static_cast<int64_t>(labels.size())}, labels);
  } else if (verb == "text") {
    bytes = step.substr(5);
  } else if (verb == "itself") {
    bytes = ReadBytes(path);
  } else if (verb == "gzip") {
    bytes = Gzipped(bytes, path);
  } else if (verb == "cut") {
    bytes.resize(bytes.size() - Number(words.at(1)));
  } else if (verb == "more") {
    bytes.append(Number(words.at(1)), 'x');
  } else if (verb == "byte") {
    bytes.at(Number(words.at(1))) = static_cast<char>(Number(words.at(2)));
  } else if (verb == "replace") {
    const std::vector<std::string> texts = absl::StrSplit(step.substr(8), " => ");
    const size_t place = bytes.find(texts.at(0));
    ASSERT_NE(place, std::string::npos) << texts[0];
    bytes.replace(place, texts[0].size(), texts.at(1));
  } else if (verb == "tensor" || verb == "whole_numbers") {
    TakeTensor(words);
  } else {
    ADD_FAILURE() << "no such step: " << step;
  }
}

}  // namespace

void MakeDisk(const std::string& folder, const Lines& recipe) {
  for (const std::string& line : recipe) {
    const std::vector<std::string> sides = absl::StrSplit(line, absl::MaxSplits(" = ", 1));
    ASSERT_EQ(sides.size(), 2u) << line;
    File file{.path = absl::StrCat(folder, "/", sides[0])};
    const Lines steps = absl::StrSplit(sides[1], " | ");
    const Lines first = absl::StrSplit(steps[0], ' ');
    fs::create_directories(fs::path(file.path).parent_path());
    if (first[0] == "model") {
      SaveTinyModel(file.path, first);
    } else if (first[0] == "folder") {
      fs::create_directories(file.path);
    } else if (first[0] == "absent") {
      fs::remove_all(file.path);
    } else {
      for (const std::string& step : steps) file.Take(step);
      WriteBytes(file.path, file.bytes);
    }
  }
}

}  // namespace nepa::testing
