// Checkpoints for people.
#ifndef NEPA_CLI_CHECKPOINT_TEXT_H_
#define NEPA_CLI_CHECKPOINT_TEXT_H_

#include <vector>

#include "absl/time/time.h"
#include "cli/table.h"
#include "nepa/v1/checkpoint.pb.h"

namespace nepa::cli {

// One row a checkpoint, in the order given; ages count to `now`. Pure.
Table CheckpointTable(const std::vector<v1::Checkpoint>& checkpoints, absl::Time now);

// All fields of one. Pure.
FieldList CheckpointFields(const v1::Checkpoint& checkpoint, absl::Time now);

}  // namespace nepa::cli

#endif  // NEPA_CLI_CHECKPOINT_TEXT_H_
