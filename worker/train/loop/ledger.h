// ledger.tsv of a job's folder: what the weights have seen. docs/formats/ledger.md describes it.
//
// Rank 0 alone has one. Opening writes a new file and renames it over the old one, so a rank of a
// past attempt that still runs goes on writing into a file that nobody reads. Nor can one that
// opens late take the ledger back: ledger.lock beside it says which attempt has it.
//
// Thread rule: one thread appends; Sync may come from another.
// Errors as in common/io/file.h.
#ifndef NEPA_WORKER_TRAIN_LOOP_LEDGER_H_
#define NEPA_WORKER_TRAIN_LOOP_LEDGER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/io/unique_fd.h"

namespace nepa::loop {

// One sample of a step.
struct LedgerEntry {
  int64_t position = 0;  // in the global batch
  int64_t sample = 0;    // index in the training data
  std::string digest;    // of the augmented pixels
};

class Ledger {
 public:
  // Takes over the lines of the first `step` steps from the file at `path` for `attempt`; with step
  // 0 the new file is empty. DATA_LOSS if the old file does not reach `step` or is not there,
  // ABORTED if a later attempt has the ledger.
  static absl::StatusOr<Ledger> Open(const std::string& path, int64_t step, int64_t attempt);

  // Hands the lines of step `step` (counted from 1: steps done after it) to the system, in one
  // write.
  absl::Status Append(int64_t step, int64_t epoch, const std::vector<LedgerEntry>& entries);

  // Flushes what was appended to the disk.
  absl::Status Sync() const;

 private:
  Ledger(std::string path, io::UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::string path_;
  io::UniqueFd fd_;
};

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_LEDGER_H_
