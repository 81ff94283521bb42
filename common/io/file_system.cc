#include "common/io/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

namespace nepa::io {
namespace {

class SystemDisk final : public FileSystem {
 public:
  int Open(const std::string& path, int flags) override {
    return Result(::open(path.c_str(), flags | O_CLOEXEC, 0644));
  }
  ssize_t Write(int fd, const char* bytes, size_t count) override {
    const ssize_t written = ::write(fd, bytes, count);
    return written < 0 ? -errno : written;
  }
  int MakeEmpty(int fd) override { return Result(::ftruncate(fd, 0)); }
  int Sync(int fd) override { return Result(::fsync(fd)); }
  int Rename(const std::string& from, const std::string& to) override {
    return Result(::rename(from.c_str(), to.c_str()));
  }
  int Exchange(const std::string& a, const std::string& b) override {
    return Result(::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE));
  }
  int MakeFolder(const std::string& path) override { return Result(::mkdir(path.c_str(), 0777)); }
  int Remove(const std::string& path) override { return Result(std::remove(path.c_str())); }

 private:
  static int Result(int result) { return result < 0 ? -errno : result; }
};

std::atomic<FileSystem*>& Current() {
  static SystemDisk system;
  static std::atomic<FileSystem*> current = &system;
  return current;
}

}  // namespace

FileSystem& Disk() { return *Current().load(); }

ScopedDisk::ScopedDisk(FileSystem& disk) : before_(Current().exchange(&disk)) {}
ScopedDisk::~ScopedDisk() { Current().store(before_); }

}  // namespace nepa::io
