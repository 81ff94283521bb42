// A checkpoint as a Hugging Face model folder on this machine.
#ifndef NEPA_CLI_MODEL_FOLDER_H_
#define NEPA_CLI_MODEL_FOLDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/client.h"

namespace nepa::cli {

struct ExportedFolder {
  std::string folder;              // absolute
  std::vector<std::string> files;  // sorted
  int64_t bytes = 0;
};

// Makes `folder` with what a model consists of: the checkpoint's config.json, weights and EMA
// weights and preprocessor_config.json, as far as it has them; `swap_ema` swaps the two weight
// files. Copies where this machine sees the checkpoint's folder, else streams it through the
// coordinator; either way each file's SHA-256 is compared with the manifest before anything stands
// under `folder`, which is complete or absent: it is written as a temporary folder beside and
// renamed.
//
// ALREADY_EXISTS if `folder` exists and is not an empty folder; FAILED_PRECONDITION if `swap_ema`
// and the checkpoint has no EMA weights; DATA_LOSS if a file is not as the manifest says;
// INVALID_ARGUMENT if a file or folder of this machine cannot be read or made; errors of the
// client.
absl::StatusOr<ExportedFolder> ExportModelFolder(Client& client, const v1::Checkpoint& checkpoint,
                                                 const std::string& folder, bool swap_ema);

}  // namespace nepa::cli

#endif  // NEPA_CLI_MODEL_FOLDER_H_
