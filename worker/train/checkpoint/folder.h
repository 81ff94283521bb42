// A checkpoint folder as a transaction: it is complete under its name, or absent.
//
//   jobs/j1/checkpoints/step-00001000-attempt-2/      complete
//   jobs/j1/checkpoints/.tmp-step-00002000-attempt-2/ being written, or left over from a crash
//
// Thread rule: one thread at a time for one job's folder. Errors as in common/io/file.h.
#ifndef NEPA_WORKER_TRAIN_CHECKPOINT_FOLDER_H_
#define NEPA_WORKER_TRAIN_CHECKPOINT_FOLDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace nepa::checkpoint {

// "step-00001000-attempt-2"
std::string FolderName(int64_t step, int64_t attempt);

struct Committed {
  std::string path;   // absolute or as the job's folder was given
  int64_t bytes = 0;  // of all files
  std::string manifest_sha256;
};

// Files are written into path(); Commit gives them their name. Without Commit the destructor
// removes them.
class PendingFolder {
 public:
  // Makes an empty temporary folder in `checkpoints_folder`, and that folder if need be.
  static absl::StatusOr<PendingFolder> Open(const std::string& checkpoints_folder, int64_t step,
                                            int64_t attempt);

  PendingFolder(PendingFolder&& other) noexcept;
  PendingFolder& operator=(PendingFolder&&) = delete;
  ~PendingFolder();

  const std::string& path() const { return temporary_; }

  // Hashes every file, writes the manifest, flushes all to the disk, renames the folder and flushes
  // its parent. A folder that already has the name, of the same step and attempt, is replaced: at
  // any moment the name stands for a complete folder, the old one or the new one.
  absl::StatusOr<Committed> Commit();

 private:
  PendingFolder() = default;

  std::string parent_;
  std::string temporary_;  // "" once committed
  int64_t step_ = 0;
  int64_t attempt_ = 0;
};

// Removes the temporary folders that past runs left in `checkpoints_folder`. OK if there is no such
// folder.
absl::Status RemoveLeftovers(const std::string& checkpoints_folder);

// Removes the complete folders of attempts before `attempt` that are not among `registered`
// (names): nobody heard of them, and nobody would ever remove them. What has another name stays.
absl::Status RemoveUnregistered(const std::string& checkpoints_folder, int64_t attempt,
                                const std::vector<std::string>& registered);

}  // namespace nepa::checkpoint

#endif  // NEPA_WORKER_TRAIN_CHECKPOINT_FOLDER_H_
