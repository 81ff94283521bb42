// The fake of io::FileSystem: a real folder, and beside it what a disk would hold of it.
//
// Calls work on the folder at once, so that reading needs no seam. A call can be made to fail, and
// the power can be cut after a call: from then on every call fails and changes nothing, and
// PowerOn() makes the folder what the disk has kept. Kept for sure are a file's bytes at its last
// Sync and a folder's entries at its last Sync; the rest may be lost, there, or a part of both.
//
// Any thread.
#ifndef NEPA_TESTS_SUPPORT_FAULT_DISK_H_
#define NEPA_TESTS_SUPPORT_FAULT_DISK_H_

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "common/base/mutex.h"
#include "common/io/file_system.h"
#include "tests/support/power_cuts.h"

namespace nepa::testing {

class FaultDisk final : public io::FileSystem {
 public:
  // All that is in the folder `root` counts as synced. Only paths under it may be used.
  explicit FaultDisk(std::string root);

  // Call number `call`, from 1, fails with `error`, and does nothing; a write of more than a byte
  // takes a half of them first, as on a disk that runs full.
  void FailAt(int call, int error);
  // After so many calls the power is off.
  void CutAfter(int call);

  int calls() const;

  // For the folders and files in which Unsynced::kSome differs, `seed` chooses.
  void PowerOn(Unsynced unsynced, unsigned seed);

  int Open(const std::string& path, int flags) override;
  ssize_t Write(int fd, const char* bytes, size_t count) override;
  int MakeEmpty(int fd) override;
  int Sync(int fd) override;
  int Rename(const std::string& from, const std::string& to) override;
  int Exchange(const std::string& a, const std::string& b) override;
  int MakeFolder(const std::string& path) override;
  int Remove(const std::string& path) override;

 private:
  struct Node;
  using Entries = std::map<std::string, std::shared_ptr<Node>>;
  struct Node {
    bool is_folder = false;
    std::string content, synced;    // of a file
    Entries entries;                // of a folder
    std::vector<Entries> versions;  // of a folder: as synced, then after each change since
  };
  struct OpenFile {
    std::shared_ptr<Node> node;
    size_t offset = 0;
    bool append = false;
  };
  struct Place {
    std::shared_ptr<Node> folder;
    std::string name;
  };

  // Counts a call; 0, or the -errno that it is to end with.
  int Begin() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static std::shared_ptr<Node> Scan(const std::string& path);
  Place Find(const std::string& path) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void Changed(Node& folder);
  void Materialize(const Node& node, const std::string& path, Unsynced unsynced)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const Entries& ChooseEntries(const Node& node, Unsynced unsynced)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string ChooseContent(const Node& node, Unsynced unsynced)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t Choose(size_t count) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string root_;
  io::FileSystem& real_;
  mutable Mutex mutex_;
  std::shared_ptr<Node> tree_ ABSL_GUARDED_BY(mutex_);
  std::map<int, OpenFile> open_ ABSL_GUARDED_BY(mutex_);
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  int fail_at_ ABSL_GUARDED_BY(mutex_) = 0;
  int error_ ABSL_GUARDED_BY(mutex_) = 0;
  bool full_ ABSL_GUARDED_BY(mutex_) = false;  // the next write fails
  int cut_after_ ABSL_GUARDED_BY(mutex_) = -1;
  std::mt19937 random_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_FAULT_DISK_H_
