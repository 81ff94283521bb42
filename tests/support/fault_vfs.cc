#include "tests/support/fault_vfs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace nepa::testing {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSectorBytes = 512;

std::string ReadAll(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void Put(std::string& content, size_t offset, const std::string& bytes) {
  content.resize(std::max(content.size(), offset + bytes.size()));
  content.replace(offset, bytes.size(), bytes);
}

}  // namespace

FaultVfs* FaultVfs::current_ = nullptr;

// One open file: ours, with the real one behind it in the same piece of memory.
struct FaultVfs::File {
  sqlite3_file base;
  const std::string* path;  // a key of files_; null: a temporary file, left alone
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

struct FaultVfs::Methods {
  static File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
  static sqlite3_file* Real(sqlite3_file* file) { return Of(file)->real(); }

  static int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    File* const ours = Of(file);
    ours->base.pMethods = nullptr;
    ours->path = nullptr;
    if (name != nullptr && (flags & SQLITE_OPEN_DELETEONCLOSE) == 0) {
      current_->Track(name);
      ours->path = &current_->files_.find(name)->first;
      OnDisk& disk = current_->files_[name];
      const bool cut = current_->cut_after_ >= 0 && current_->calls_ >= current_->cut_after_;
      if (cut && !fs::exists(name)) return SQLITE_CANTOPEN;
      if (!cut) disk.exists |= (flags & SQLITE_OPEN_CREATE) != 0;
    }
    const int code = current_->real_->xOpen(current_->real_, name, ours->real(), flags, out_flags);
    if (code == SQLITE_OK) ours->base.pMethods = &Table();
    return code;
  }

  static int Delete(sqlite3_vfs*, const char* name, int sync_folder) {
    if (const int code = current_->Begin(SQLITE_IOERR_DELETE, false); code != SQLITE_OK) {
      return code;
    }
    current_->Track(name);
    OnDisk& disk = current_->files_[name];
    disk.exists = false;
    disk.pending.clear();
    if (sync_folder != 0) current_->SyncFolder();
    return current_->real_->xDelete(current_->real_, name, 0);
  }

  static int Close(sqlite3_file* file) { return Real(file)->pMethods->xClose(Real(file)); }
  static int Read(sqlite3_file* file, void* out, int bytes, sqlite3_int64 offset) {
    return Real(file)->pMethods->xRead(Real(file), out, bytes, offset);
  }
  static int Write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    if (Of(file)->path != nullptr) {
      if (const int code = current_->Begin(SQLITE_IOERR_WRITE, true); code != SQLITE_OK) {
        return code;
      }
      current_->files_[*Of(file)->path].pending.push_back(
          {false, static_cast<size_t>(offset),
           std::string(static_cast<const char*>(bytes), static_cast<size_t>(count))});
    }
    return Real(file)->pMethods->xWrite(Real(file), bytes, count, offset);
  }
  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (Of(file)->path != nullptr) {
      if (const int code = current_->Begin(SQLITE_IOERR_TRUNCATE, false); code != SQLITE_OK) {
        return code;
      }
      current_->files_[*Of(file)->path].pending.push_back({true, static_cast<size_t>(size), ""});
    }
    return Real(file)->pMethods->xTruncate(Real(file), size);
  }
  // Nothing waits for the real disk.
  static int Sync(sqlite3_file* file, int) {
    if (Of(file)->path == nullptr) return SQLITE_OK;
    if (const int code = current_->Begin(SQLITE_IOERR_FSYNC, false); code != SQLITE_OK) return code;
    OnDisk& disk = current_->files_[*Of(file)->path];
    disk.synced = ReadAll(*Of(file)->path);
    disk.pending.clear();
    // Of a journal or a log that is new, SQLite's own calls sync the folder too.
    if (!disk.synced_exists && Of(file)->path->find("-") != std::string::npos) {
      current_->SyncFolder();
    }
    return SQLITE_OK;
  }
  static int FileSize(sqlite3_file* file, sqlite3_int64* size) {
    return Real(file)->pMethods->xFileSize(Real(file), size);
  }
  static int Lock(sqlite3_file* file, int lock) {
    return Real(file)->pMethods->xLock(Real(file), lock);
  }
  static int Unlock(sqlite3_file* file, int lock) {
    return Real(file)->pMethods->xUnlock(Real(file), lock);
  }
  static int CheckReservedLock(sqlite3_file* file, int* out) {
    return Real(file)->pMethods->xCheckReservedLock(Real(file), out);
  }
  // No hint lets the real file change its size or sync by itself.
  static int FileControl(sqlite3_file* file, int what, void* argument) {
    if (what == SQLITE_FCNTL_SIZE_HINT || what == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
    return Real(file)->pMethods->xFileControl(Real(file), what, argument);
  }
  static int SectorSize(sqlite3_file*) { return kSectorBytes; }
  static int DeviceCharacteristics(sqlite3_file*) { return 0; }  // nothing is atomic
  static int ShmMap(sqlite3_file* file, int page, int bytes, int extend, void volatile** out) {
    return Real(file)->pMethods->xShmMap(Real(file), page, bytes, extend, out);
  }
  static int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
    return Real(file)->pMethods->xShmLock(Real(file), offset, count, flags);
  }
  static void ShmBarrier(sqlite3_file* file) { Real(file)->pMethods->xShmBarrier(Real(file)); }
  static int ShmUnmap(sqlite3_file* file, int remove) {
    return Real(file)->pMethods->xShmUnmap(Real(file), remove);
  }

  static const sqlite3_io_methods& Table() {
    static const sqlite3_io_methods table = {2,
                                             Close,
                                             Read,
                                             Write,
                                             Truncate,
                                             Sync,
                                             FileSize,
                                             Lock,
                                             Unlock,
                                             CheckReservedLock,
                                             FileControl,
                                             SectorSize,
                                             DeviceCharacteristics,
                                             ShmMap,
                                             ShmLock,
                                             ShmBarrier,
                                             ShmUnmap,
                                             nullptr,
                                             nullptr};
    return table;
  }
};

FaultVfs::FaultVfs() : real_(sqlite3_vfs_find(nullptr)), shim_(*real_) {
  EXPECT_EQ(current_, nullptr) << "one at a time";
  current_ = this;
  shim_.zName = "nepa-fault";
  shim_.pNext = nullptr;
  shim_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  shim_.xOpen = Methods::Open;
  shim_.xDelete = Methods::Delete;
  sqlite3_vfs_register(&shim_, /*makeDflt=*/1);
}

FaultVfs::~FaultVfs() {
  sqlite3_vfs_unregister(&shim_);
  sqlite3_vfs_register(real_, /*makeDflt=*/1);
  current_ = nullptr;
}

void FaultVfs::FailAt(int call, Fault fault, int count) {
  fail_from_ = call;
  fault_ = fault;
  fail_count_ = count;
}

int FaultVfs::Begin(int io_error, bool writes) {
  ++calls_;
  if (cut_after_ >= 0 && calls_ > cut_after_) return io_error;
  if (fail_from_ == 0 || calls_ < fail_from_ || calls_ >= fail_from_ + fail_count_) {
    return SQLITE_OK;
  }
  if (fault_ == Fault::kFull && !writes) return SQLITE_OK;
  failed_ = true;
  return fault_ == Fault::kFull ? SQLITE_FULL : io_error;
}

// What is there at the first sight of a file counts as synced.
void FaultVfs::Track(const std::string& path) {
  if (files_.contains(path)) return;
  const bool exists = fs::exists(path);
  files_[path] = {exists, exists, exists ? ReadAll(path) : "", {}};
}

void FaultVfs::SyncFolder() {
  for (auto& [path, file] : files_) {
    file.synced_exists = file.exists;
    if (!file.exists) file.synced.clear();
  }
}

size_t FaultVfs::Choose(size_t count) {
  return std::uniform_int_distribution<size_t>(0, count - 1)(random_);
}

std::string FaultVfs::Kept(const OnDisk& file, Unsynced unsynced) {
  std::string content = file.synced;
  if (unsynced == Unsynced::kLost) return content;
  for (const Pending& pending : file.pending) {
    if (unsynced == Unsynced::kSome && Choose(2) == 0) continue;
    if (pending.truncates) {
      content.resize(pending.offset);
      continue;
    }
    for (size_t at = 0; at < pending.bytes.size(); at += kSectorBytes) {
      if (unsynced == Unsynced::kSome && Choose(4) == 0) continue;
      Put(content, pending.offset + at, pending.bytes.substr(at, kSectorBytes));
    }
  }
  return content;
}

void FaultVfs::PowerOn(Unsynced unsynced, unsigned seed) {
  std::seed_seq seeds{seed, static_cast<unsigned>(cut_after_)};
  random_.seed(seeds);
  for (auto& [path, file] : files_) {
    const bool exists = unsynced == Unsynced::kLost                           ? file.synced_exists
                        : unsynced == Unsynced::kKept                         ? file.exists
                        : file.synced_exists == file.exists || Choose(2) == 0 ? file.exists
                                                                              : file.synced_exists;
    fs::remove(path);
    // Shared memory, which no disk holds.
    fs::remove(path + "-shm");
    if (!exists) continue;
    const std::string content = Kept(file, unsynced);
    std::ofstream(path, std::ios::binary)
        .write(content.data(), static_cast<std::streamsize>(content.size()));
  }
  files_.clear();
  cut_after_ = -1;
  fail_from_ = 0;
}

}  // namespace nepa::testing
