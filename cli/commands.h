// Every command of nepactl, one file each.
#ifndef NEPA_CLI_COMMANDS_H_
#define NEPA_CLI_COMMANDS_H_

#include "cli/command_line.h"

namespace nepa::cli {

void AddSubmit(CommandLine& line);
void AddRun(CommandLine& line);
void AddValidate(CommandLine& line);
void AddSchema(CommandLine& line);

void AddList(CommandLine& line);
void AddDescribe(CommandLine& line);
void AddExplain(CommandLine& line);
void AddWatch(CommandLine& line);
void AddWait(CommandLine& line);
void AddLogs(CommandLine& line);
void AddMetrics(CommandLine& line);
void AddEvents(CommandLine& line);
void AddTrace(CommandLine& line);

void AddCancel(CommandLine& line);
void AddPause(CommandLine& line);
void AddResume(CommandLine& line);
void AddDelete(CommandLine& line);
void AddPriority(CommandLine& line);

void AddCheckpoints(CommandLine& line);
void AddWorkers(CommandLine& line);

void AddHelp(CommandLine& line);
void AddVersion(CommandLine& line);
void AddCompletion(CommandLine& line);
void AddNames(CommandLine& line);

}  // namespace nepa::cli

#endif  // NEPA_CLI_COMMANDS_H_
