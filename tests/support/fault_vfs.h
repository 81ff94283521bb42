// SQLite's seam to the disk, faked as FaultDisk fakes io::Disk(): real files, and beside them what
// a disk would hold of them. While it lives, every database is opened through it.
//
// The calls that change what a disk holds (write, sync, truncate, delete) are counted; one, or all
// from one on, can be made to fail, and the power can be cut after one: from then on each fails and
// changes nothing, until PowerOn(). Then the files are what the disk has kept: for sure what was
// synced; of the rest none, all, or whichever writes and sectors of 512 bytes the seed says.
//
// Confined to one thread, and one lives at a time. Connections are closed before PowerOn() and
// before it ends.
#ifndef NEPA_TESTS_SUPPORT_FAULT_VFS_H_
#define NEPA_TESTS_SUPPORT_FAULT_VFS_H_

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/power_cuts.h"

namespace nepa::testing {

class FaultVfs {
 public:
  enum class Fault { kFull, kIo };

  FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;
  ~FaultVfs();

  // `count` calls from number `call` on, counted from 1, fail and do nothing. With kFull only
  // writes do: a full disk still syncs and deletes.
  void FailAt(int call, Fault fault, int count = 1);
  void CutAfter(int call) { cut_after_ = call; }
  void PowerOn(Unsynced unsynced, unsigned seed);

  int calls() const { return calls_; }
  // Whether a call was made to fail.
  bool failed() const { return failed_; }

 private:
  struct Shim;  // what SQLite sees
  struct File;
  struct Methods;

  struct Pending {
    bool truncates = false;  // to `offset`
    size_t offset = 0;
    std::string bytes;
  };
  struct OnDisk {
    bool synced_exists = false;
    bool exists = false;
    std::string synced;
    std::vector<Pending> pending;  // since
  };

  // Counts a call; SQLITE_OK, or what it is to end with.
  int Begin(int io_error, bool writes);
  void Track(const std::string& path);
  void SyncFolder();
  std::string Kept(const OnDisk& file, Unsynced unsynced);
  size_t Choose(size_t count);

  static FaultVfs* current_;
  sqlite3_vfs* const real_;
  sqlite3_vfs shim_;
  std::map<std::string, OnDisk> files_;
  int calls_ = 0;
  int fail_from_ = 0;
  int fail_count_ = 0;
  Fault fault_ = Fault::kIo;
  bool failed_ = false;
  int cut_after_ = -1;
  std::mt19937 random_;
};

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_FAULT_VFS_H_
