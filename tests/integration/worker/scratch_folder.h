// A temporary folder, removed with the object; and whether a process is gone.
#ifndef NEPA_TESTS_INTEGRATION_WORKER_SCRATCH_FOLDER_H_
#define NEPA_TESTS_INTEGRATION_WORKER_SCRATCH_FOLDER_H_

#include <sys/types.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace nepa::worker {

class ScratchFolder {
 public:
  ScratchFolder() {
    char made[] = "/tmp/nepa-worker-XXXXXX";
    path_ = ::mkdtemp(made);
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// No such process, or one that is dead and waits for its parent.
inline bool IsGone(pid_t pid) {
  std::ifstream stream("/proc/" + std::to_string(pid) + "/stat");
  const std::string stat{std::istreambuf_iterator<char>(stream), {}};
  const size_t end = stat.rfind(") ");
  return end == std::string::npos || stat[end + 2] == 'Z';
}

}  // namespace nepa::worker

#endif  // NEPA_TESTS_INTEGRATION_WORKER_SCRATCH_FOLDER_H_
