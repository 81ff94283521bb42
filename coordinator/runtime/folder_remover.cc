#include "coordinator/runtime/folder_remover.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/io/file.h"

namespace nepa::coordinator {
namespace {

namespace fs = std::filesystem;

absl::Status RemoveAllBut(const fs::path& folder, const std::string& except) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename() != except)
      NEPA_RETURN_IF_ERROR(io::RemoveAll(entry->path().string()));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return ErrnoStatus(error.value(), absl::StrCat("listing ", folder.string()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RemoveFolder(const std::string& storage, const state::Removal& removal) {
  const fs::path folder = fs::path(storage) / removal.path;
  if (!removal.except.empty()) return RemoveAllBut(folder, removal.except);
  const std::string aside = folder.string() + ".deleting";
  const absl::Status renamed = io::Rename(folder.string(), aside);
  if (!renamed.ok() && !absl::IsNotFound(renamed)) {
    // One that was set aside before the process ended, and a new one of the same name: not ours to
    // mix. Remove the old one; the next try takes the new one.
    NEPA_RETURN_IF_ERROR(io::RemoveAll(aside));
    return renamed;
  }
  // A loss of power must not bring the name back to a folder that is half removed.
  if (renamed.ok()) NEPA_RETURN_IF_ERROR(io::SyncParent(aside));
  return io::RemoveAll(aside);
}

FolderRemover::FolderRemover(std::string storage, absl::Duration retry)
    : storage_(std::move(storage)), retry_(retry) {}

void FolderRemover::Start(std::function<void(const std::string& path)> removed) {
  removed_ = std::move(removed);
  thread_ = std::thread([this] { Main(); });
}

FolderRemover::~FolderRemover() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    work_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void FolderRemover::Remove(const state::Removal& removal) {
  MutexLock lock(mutex_);
  queue_.push_back(removal);
  work_.NotifyAll();
}

void FolderRemover::Main() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (queue_.empty()) {
      work_.WaitFor(lock, failed_.empty() ? absl::InfiniteDuration() : retry_);
      if (queue_.empty()) queue_.swap(failed_);
      continue;
    }
    const state::Removal removal = std::move(queue_.front());
    queue_.pop_front();
    lock.Unlock();
    const absl::Status status = RemoveFolder(storage_, removal);
    if (status.ok()) {
      removed_(removal.path);
    } else {
      LogWarning("folder cannot be removed", {{"path", removal.path}, {"why", status.message()}});
    }
    lock.Lock();
    if (!status.ok()) failed_.push_back(removal);
  }
}

}  // namespace nepa::coordinator
