// What to say of a command line that CLI11 did not take: which word, what was expected, the nearest
// right name. For every program that people start. Any thread.
#ifndef NEPA_COMMON_FLAGS_MISTAKE_H_
#define NEPA_COMMON_FLAGS_MISTAKE_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace nepa::flags {

// What is wrong with the line that made `root` throw `error`: one sentence without a full stop. Not
// for the errors that ask for help or for the version.
std::string Mistake(const CLI::App& root, const CLI::ParseError& error);

// The command that the line chose, by its whole name: "nepactl checkpoints list".
std::string ChosenCommand(const CLI::App& root);

// "; did you mean NAME?" of the name in `names` that is nearest to `wrong`, "" where none is near.
// `before` is written before the name.
std::string DidYouMean(absl::string_view wrong, const std::vector<std::string>& names,
                       absl::string_view before = "");

}  // namespace nepa::flags

#endif  // NEPA_COMMON_FLAGS_MISTAKE_H_
