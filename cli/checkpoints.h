// The parts of `nepactl checkpoints` that its files share.
#ifndef NEPA_CLI_CHECKPOINTS_H_
#define NEPA_CLI_CHECKPOINTS_H_

#include <string>

#include "cli/command_line.h"

namespace nepa::cli {

// Adds the required positional ID.
void AddCheckpointArgument(CLI::App* command, std::string* id);

// nepactl checkpoints export
// pin, unpin and delete, in keep_checkpoints.cc.
void AddCheckpointsKeeping(CommandLine& line, CLI::App* group);
// In export.cc.
void AddCheckpointsExport(CommandLine& line, CLI::App* group);

}  // namespace nepa::cli

#endif  // NEPA_CLI_CHECKPOINTS_H_
