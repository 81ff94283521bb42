// What the commands for workers share.
#ifndef NEPA_CLI_WORKERS_H_
#define NEPA_CLI_WORKERS_H_

#include <string>

#include "cli/command_line.h"

namespace nepa::cli {

// Adds the required positional WORKER to `command`, read into `name`.
void AddWorkerArgument(CLI::App* command, std::string* name);

// The worker of this id or name. NOT_FOUND.
absl::StatusOr<v1::Worker> FindWorker(Client& client, const std::string& name);

// drain and undrain, in drain.cc.
void AddWorkersDraining(CommandLine& line, CLI::App* group);

}  // namespace nepa::cli

#endif  // NEPA_CLI_WORKERS_H_
