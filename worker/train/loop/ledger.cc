#include "worker/train/loop/ledger.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "common/io/file_lock.h"
#include "common/io/file_system.h"
#include "common/io/write_all.h"

namespace nepa::loop {
namespace {

namespace fs = std::filesystem;

// Far above any line that Append writes.
constexpr size_t kMaxLineBytes = 256;
// Between the ledger's name and the attempt's number: a new file that has no name yet.
constexpr char kTemporary[] = ".tmp-attempt-";

// The step of a whole line; -1 for a line that is cut short or none of ours.
int64_t StepOfLine(absl::string_view line) {
  int64_t step = -1;
  const size_t tab = line.find('\t');
  if (line.empty() || line.back() != '\n' || tab == absl::string_view::npos ||
      !absl::SimpleAtoi(line.substr(0, tab), &step)) {
    return -1;
  }
  return step;
}

// Copies the lines of the first `step` steps of `from` to `fd`.
absl::Status CopySteps(const std::string& from, int64_t step, int fd, const std::string& to) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(::fopen(from.c_str(), "re"), &::fclose);
  if (file == nullptr && errno == ENOENT) {
    return absl::DataLossError(
        absl::StrCat(from, " is not there, but training goes on from step ", step));
  }
  if (file == nullptr) return ErrnoStatus(errno, absl::StrCat("opening ", from));
  std::string chunk;
  char line[kMaxLineBytes];
  int64_t last_step = 0;
  while (::fgets(line, sizeof(line), file.get()) != nullptr) {
    const int64_t line_step = StepOfLine(line);
    if (line_step < 0 || line_step > step) break;
    last_step = line_step;
    chunk.append(line);
    if (chunk.size() >= (1 << 20)) {
      NEPA_RETURN_IF_ERROR(io::WriteAll(fd, chunk, to));
      chunk.clear();
    }
  }
  if (::ferror(file.get()) != 0) return ErrnoStatus(errno, absl::StrCat("reading ", from));
  if (last_step != step) {
    return absl::DataLossError(
        absl::StrCat(from, " reaches step ", last_step, ", but training goes on from step ", step));
  }
  return io::WriteAll(fd, chunk, to);
}

// Removes the new files of attempts that ended before they gave them their name.
void RemoveLeftovers(const std::string& path, const std::string& own) {
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  const std::string prefix = fs::path(path).filename().string() + kTemporary;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& found = entry->path();
    if (found == own || !absl::StartsWith(found.filename().string(), prefix)) continue;
    io::RemoveAll(found.string()).IgnoreError();  // a leftover is harmless
  }
}

// Gives `temporary` its name, unless a later attempt has done so.
absl::Status TakeOver(const std::string& temporary, const std::string& path, int64_t attempt) {
  const std::string lock_path = fs::path(path).replace_extension(".lock").string();
  // Where the file system has no locks, the number in the file still keeps all but a race away.
  NEPA_ASSIGN_OR_RETURN(const io::UniqueFd lock, io::LockFileWherePossible(lock_path));
  NEPA_ASSIGN_OR_RETURN(const std::string text, io::ReadFile(lock_path, kMaxLineBytes));
  int64_t owner = 0;
  if (absl::SimpleAtoi(text, &owner) && owner > attempt) {
    return absl::AbortedError(
        absl::StrCat("attempt ", owner, " has taken ", path, " over from ", "attempt ", attempt));
  }
  if (const int emptied = io::Disk().MakeEmpty(lock.get()); emptied < 0) {
    return ErrnoStatus(-emptied, absl::StrCat("writing ", lock_path));
  }
  NEPA_RETURN_IF_ERROR(io::WriteAll(lock.get(), absl::StrCat(attempt, "\n"), lock_path));
  NEPA_RETURN_IF_ERROR(io::SyncFile(lock.get(), lock_path));
  NEPA_RETURN_IF_ERROR(io::Rename(temporary, path));
  RemoveLeftovers(path, temporary);
  return io::SyncParent(path);
}

}  // namespace

absl::StatusOr<Ledger> Ledger::Open(const std::string& path, int64_t step, int64_t attempt) {
  const std::string temporary = absl::StrCat(path, kTemporary, attempt);
  // O_APPEND: the end of the file is where lines go, whatever happens to it.
  io::UniqueFd fd(io::Disk().Open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND));
  if (!fd.valid()) return ErrnoStatus(-fd.get(), absl::StrCat("creating ", temporary));
  if (step > 0) NEPA_RETURN_IF_ERROR(CopySteps(path, step, fd.get(), temporary));
  NEPA_RETURN_IF_ERROR(io::SyncFile(fd.get(), temporary));
  NEPA_RETURN_IF_ERROR(TakeOver(temporary, path, attempt));
  return Ledger(path, std::move(fd));
}

absl::Status Ledger::Append(int64_t step, int64_t epoch, const std::vector<LedgerEntry>& entries) {
  std::string lines;
  lines.reserve(entries.size() * 48);
  for (const LedgerEntry& entry : entries) {
    absl::StrAppend(&lines, step, "\t", epoch, "\t", entry.position, "\t", entry.sample, "\t");
    absl::StrAppend(&lines, entry.digest, "\n");
  }
  return io::WriteAll(fd_.get(), lines, path_);
}

absl::Status Ledger::Sync() const { return io::SyncFile(fd_.get(), path_); }

}  // namespace nepa::loop
