// The seam between our programs and the disk: every call that changes what a disk holds, and none
// that only reads. Whole files, checkpoint folders, ledgers, state folders and exports are written
// through Disk(), so that a test can make any single call fail, or cut the power after it
// (tests/support/fault_disk.h). SQLite has a seam of its own (tests/support/fault_vfs.h).
//
// Log files are not written through it: nothing is promised of them.
//
// Any thread. Results are those of the system calls, an error as -errno.
#ifndef NEPA_COMMON_IO_FILE_SYSTEM_H_
#define NEPA_COMMON_IO_FILE_SYSTEM_H_

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace nepa::io {

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // `flags` of open(2); the descriptor is not inherited, and close(2) ends it. A folder is opened
  // with O_RDONLY, to be synced.
  virtual int Open(const std::string& path, int flags) = 0;
  // May take fewer than `count` bytes.
  virtual ssize_t Write(int fd, const char* bytes, size_t count) = 0;
  virtual int MakeEmpty(int fd) = 0;
  // A file's bytes, or a folder's entries: after 0 they survive a loss of power.
  virtual int Sync(int fd) = 0;
  virtual int Rename(const std::string& from, const std::string& to) = 0;
  // The two swap names. -EINVAL or -ENOSYS where the file system cannot do that at once.
  virtual int Exchange(const std::string& a, const std::string& b) = 0;
  virtual int MakeFolder(const std::string& path) = 0;
  // A file, or an empty folder.
  virtual int Remove(const std::string& path) = 0;
};

// The system's own, unless a test has put another in its place.
FileSystem& Disk();

// For tests: puts `disk` in place for as long as this lives. Not while another thread writes.
class ScopedDisk {
 public:
  explicit ScopedDisk(FileSystem& disk);
  ScopedDisk(const ScopedDisk&) = delete;
  ScopedDisk& operator=(const ScopedDisk&) = delete;
  ~ScopedDisk();

 private:
  FileSystem* const before_;
};

}  // namespace nepa::io

#endif  // NEPA_COMMON_IO_FILE_SYSTEM_H_
