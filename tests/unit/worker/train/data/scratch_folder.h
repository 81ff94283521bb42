// A folder for one test's files, removed with it.
#ifndef NEPA_TESTS_UNIT_WORKER_TRAIN_DATA_SCRATCH_FOLDER_H_
#define NEPA_TESTS_UNIT_WORKER_TRAIN_DATA_SCRATCH_FOLDER_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace nepa::data {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = testing::TempDir() + "nepa-data-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }

  // Writes `bytes` to `file`, making its folders; returns the whole path.
  std::string Write(const std::string& file, const std::string& bytes) const {
    const std::string path = path_ + "/" + file;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

 private:
  std::string path_;
};

}  // namespace nepa::data

#endif  // NEPA_TESTS_UNIT_WORKER_TRAIN_DATA_SCRATCH_FOLDER_H_
