#include "cli/state_folder.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/failure.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/io/absolute_path.h"
#include "common/io/file.h"
#include "common/io/file_lock.h"
#include "common/io/state_folder.h"

namespace nepa::cli {
namespace {

// flock() waits without a limit or not at all.
constexpr absl::Duration kLockInterval = absl::Milliseconds(50);

absl::StatusOr<io::UniqueFd> Lock(const std::string& folder, absl::Duration patience) {
  const absl::Time end = SteadyNow() + patience;
  for (;;) {
    absl::StatusOr<io::UniqueFd> lock = io::TryLockFile(folder + "/run.lock");
    if (lock.ok()) return lock;
    if (!absl::IsFailedPrecondition(lock.status())) {
      return LocalFailure(io::WithAdvice(lock.status(), "--state"));
    }
    if (SteadyNow() >= end) {
      return absl::FailedPreconditionError(
          absl::StrCat("another nepactl run uses ", folder,
                       "; wait for its end, or name another folder with --state DIR"));
    }
    absl::SleepFor(kLockInterval);
  }
}

}  // namespace

absl::StatusOr<StateFolder> StateFolder::Open(const std::string& path, absl::Duration patience) {
  absl::StatusOr<std::string> absolute = io::AbsolutePath(path);
  if (!absolute.ok()) return LocalFailure(absolute.status());
  const absl::Status made = io::MakeStateFolder(*absolute, io::Program::kRun);
  if (!made.ok()) return LocalFailure(made);
  NEPA_ASSIGN_OR_RETURN(io::UniqueFd lock, Lock(*absolute, patience));
  return StateFolder(*std::move(absolute), std::move(lock));
}

std::string LastLines(const std::string& path, size_t count) {
  std::ifstream file(path);
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(std::move(line));
    if (lines.size() > count) lines.pop_front();
  }
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, "  ", line, "\n");
  return text;
}

}  // namespace nepa::cli
